package sg.aiverify.worker.pipelines.k8s.internal.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.pipelines.k8s.mock.ScriptedApiServer;

@Timeout(60)
class ApiFailureTest {
    private static KubernetesClientException failure(ScriptedApiServer server) {
        return catchThrowableOfType(
                KubernetesClientException.class,
                () -> server.client().pods().inNamespace("tests").list());
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 503})
    void aServerThatIsOverloadedOrFailsIsUnavailable(int code) {
        try (ScriptedApiServer server =
                new ScriptedApiServer(request -> ScriptedApiServer.Answer.refusal(code, "too much"))) {
            assertThat(ApiFailure.of("list pods", failure(server)))
                    .isInstanceOf(ServiceUnavailableException.class)
                    .hasMessageStartingWith("Kubernetes' API server is unavailable; the worker cannot list pods: ")
                    .hasMessageContaining("too much");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 403, 404, 409})
    void aRefusalIsAFailureOfTheRun(int code) {
        try (ScriptedApiServer server =
                new ScriptedApiServer(request -> ScriptedApiServer.Answer.refusal(code, "not so"))) {
            assertThat(ApiFailure.of("list pods", failure(server)))
                    .isExactlyInstanceOf(InfrastructureException.class)
                    .hasMessageStartingWith(
                            "The worker cannot list pods: Kubernetes refuses the request (" + code + "): ")
                    .hasMessageContaining("not so");
        }
    }

    @Test
    void aRefusedConnectionMeansAnUnavailableServerAndContainsTheReason() {
        try (ScriptedApiServer server = new ScriptedApiServer(request -> new ScriptedApiServer.Answer(200, "{}"))) {
            server.stop();
            assertThat(ApiFailure.of("list pods", failure(server)))
                    .isInstanceOf(ServiceUnavailableException.class)
                    .hasMessageContaining("onnect");
        }
    }

    @Test
    void theReasonIsThatOfTheConnectionElseWhateverWasSaid() {
        assertThat(ApiFailure.of("x", new KubernetesClientException("said", new IOException("reset"))))
                .hasMessageEndingWith(": reset");
        assertThat(ApiFailure.of(
                        "x",
                        new KubernetesClientException("said", new IOException(null, new TimeoutException("10 s")))))
                .hasMessageEndingWith(": 10 s");
        assertThat(ApiFailure.of("x", new KubernetesClientException("said", new IllegalStateException("bug"))))
                .hasMessageEndingWith(": said");
        assertThat(ApiFailure.of("x", new KubernetesClientException((String) null))
                        .getMessage())
                .contains("kubernetes client");
    }

    @Test
    void anInterruptionIsKnownByTheThreadsFlagOrByItsCauseAndNothingElseIsOne() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> ApiFailure.throwIfInterrupted("the copy", new IOException("closed")))
                .isInstanceOf(InterruptedException.class)
                .hasMessage("the copy was interrupted")
                .hasRootCauseMessage("closed");
        assertThat(Thread.interrupted()).as("the flag is cleared").isFalse();
        assertThatThrownBy(() -> ApiFailure.throwIfInterrupted("x", new IOException(new InterruptedException())))
                .isInstanceOf(InterruptedException.class);
        assertThatCode(() -> ApiFailure.throwIfInterrupted("x", new IOException("closed")))
                .doesNotThrowAnyException();
    }
}
