package sg.aiverify.worker.pipelines.k8s.internal.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.pipelines.k8s.mock.ScriptedApiServer;

@Timeout(60)
class JobStoreTest {
    private static final Job JOB = new JobBuilder()
            .withNewMetadata()
            .withName("run-1")
            .withNamespace("tests")
            .withUid("u")
            .withResourceVersion("5")
            .endMetadata()
            .build();

    private static ScriptedApiServer refusing(int code) {
        return new ScriptedApiServer(request -> ScriptedApiServer.Answer.refusal(code, "not so"));
    }

    @Test
    void aJobThatIsThereAlreadyIsNotMadeAndOneThatChangedIsNotDeleted() {
        try (ScriptedApiServer server = refusing(409)) {
            JobStore store = new JobStore(server.client(), "tests");
            assertThat(store.create(JOB)).isEmpty();
            assertThat(store.delete(JOB)).isFalse();
            assertThat(store.adopt(JOB, "worker-1")).isEmpty();
        }
    }

    @Test
    void aJobThatIsGoneIsNotAdopted() {
        try (ScriptedApiServer server = refusing(404)) {
            assertThat(new JobStore(server.client(), "tests").adopt(JOB, "worker-1"))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 500})
    void anyOtherStatusCodeIsThrown(int code) {
        try (ScriptedApiServer server = refusing(code)) {
            JobStore store = new JobStore(server.client(), "tests");
            assertThatThrownBy(() -> store.create(JOB)).isInstanceOf(KubernetesClientException.class);
            assertThatThrownBy(() -> store.delete(JOB)).isInstanceOf(KubernetesClientException.class);
            assertThatThrownBy(() -> store.adopt(JOB, "worker-1")).isInstanceOf(KubernetesClientException.class);
            assertThat(store.lastWarning(JOB))
                    .as("events are a help, not a need")
                    .isEmpty();
        }
    }

    @Test
    void ofAllEventsTheLastWarningIsGiven() {
        try (ScriptedApiServer server = new ScriptedApiServer(request -> new ScriptedApiServer.Answer(200, """
                {"kind": "EventList", "apiVersion": "v1", "items": [
                  {"type": "Warning", "reason": "Old", "lastTimestamp": "2026-01-01T00:00:01Z"},
                  {"type": "Warning", "reason": "FailedCreate", "lastTimestamp": "2026-01-01T00:00:02Z"},
                  {"type": "Normal", "reason": "Fine", "lastTimestamp": "2026-01-01T00:00:03Z"}]}"""))) {
            assertThat(new JobStore(server.client(), "tests")
                            .lastWarning(JOB)
                            .orElseThrow()
                            .getReason())
                    .isEqualTo("FailedCreate");
        }
    }
}
