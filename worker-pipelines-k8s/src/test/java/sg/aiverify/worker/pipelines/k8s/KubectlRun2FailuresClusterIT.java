package sg.aiverify.worker.pipelines.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.StageTimeoutException;
import sg.aiverify.worker.pipelines.k8s.ClusterRuns.Going;
import sg.aiverify.worker.pipelines.k8s.internal.job.JobDirectory;
import sg.aiverify.worker.pipelines.k8s.internal.job.JobStore;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.stage.ExecuteModule;
import sg.aiverify.worker.stage.ImageEnvironment;

class KubectlRun2FailuresClusterIT extends ClusterFailuresContract {
    @Override
    ExecuteModule<ImageEnvironment> open(String flags, Map<String, String> settings) {
        return runs.openJobs(flags, settings);
    }

    @Override
    void assertNothingIsLeft() throws IOException {
        super.assertNothingIsLeft();
        try (Stream<Path> left = Files.list(JobDirectory.root(directory.resolve("data"), cluster.namespace()))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aClaimThatIsMissing() {
        assertFails(with("", Map.of("KUBECTL_VOLUME_CLAIM", "absent", "KUBECTL_START_TIMEOUT_SECONDS", "5"), "pass"))
                .hasCauseExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining("persistentvolumeclaim \"absent\" not found");
    }

    @Test
    void aDirectoryThatIsElsewhere() {
        assertFails(with("", Map.of("KUBECTL_VOLUME_SUB_PATH", "elsewhere"), "pass"))
                .hasCauseExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining("KUBECTL_VOLUME_SUB_PATH must lead to TEWORKER_DATA_DIR");
    }

    @Test
    void aPodThatTheClusterRefuses() {
        assertFails(with(
                        "--overrides={\"spec\":{\"hostNetwork\":true}}",
                        Map.of("KUBECTL_START_TIMEOUT_SECONDS", "5"),
                        "pass"))
                .hasCauseExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining("its Job had no pod within 5 s (FailedCreate): ")
                .hasMessageContaining("violates PodSecurity \"restricted:latest\": host namespaces");
    }

    @Test
    void aDeadlineThatNoWorkerWatches() {
        assertFails(with(
                        "",
                        Map.of("TEWORKER_TASK_TIMEOUT_SECONDS", "1"),
                        "print('last words', flush=True)\ntime.sleep(600)"))
                .hasCauseExactlyInstanceOf(StageTimeoutException.class)
                .hasMessageContaining("its Job was stopped (DeadlineExceeded): Job was active longer than")
                .hasMessageContaining("last words");
    }

    @Test
    void aJobThatSomebodyDeletes() throws Exception {
        Going going = runs.startWaiting(open());

        cluster.jobs().forEach(job -> cluster.admin().resource(job).delete());

        assertFails(going)
                .hasCauseExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining("deleted by another user or program (Deleted)");
    }

    @ParameterizedTest
    @EnumSource(
            value = CancelReason.class,
            names = {"CANCELLED", "TIMED_OUT"})
    void aStoppedRunLeavesNothing(CancelReason reason) throws Exception {
        Going going = runs.startWaiting(open());

        going.run().cancellation().cancel(reason);

        assertThatThrownBy(() -> going.future().get(15, TimeUnit.SECONDS))
                .hasCauseInstanceOf(RunCancelledException.class);
        assertThat(cluster.podsOf(going.id())).isEmpty();
    }

    @Test
    void aJobThatChangedSinceItWasSeenIsNotDeleted() throws Exception {
        Going going = runs.startWaiting(open());
        JobStore store = new JobStore(cluster.admin(), cluster.namespace());
        Job seen = store.all().get(0);
        store.adopt(seen, "java-other");

        assertThat(store.delete(seen)).isFalse();

        assertThat(store.delete(store.all().get(0))).isTrue();
        assertFails(going).hasCauseExactlyInstanceOf(InfrastructureException.class);
    }
}
