package sg.aiverify.worker.pipelines.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.StageTimeoutException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipelines.k8s.ClusterRuns.Going;
import sg.aiverify.worker.run.CancelReason;

/** What Jobs can come to grief over, caused for real: each is told in one sentence, and nothing is left. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class JobFailuresClusterIT {
    private static final Logger log = LogManager.getLogger(JobFailuresClusterIT.class);
    private static RealCluster cluster;

    @TempDir
    Path directory;

    private ClusterRuns runs;

    @BeforeAll
    static void connect() {
        cluster = new RealCluster();
    }

    @AfterAll
    static void disconnect() {
        cluster.close();
    }

    @BeforeEach
    void open() {
        runs = new ClusterRuns(cluster, directory);
    }

    @AfterEach
    void close() throws Exception {
        runs.close();
        assertThat(cluster.jobs()).isEmpty();
        assertThat(cluster.pods()).isEmpty();
        try (Stream<Path> left = Files.list(JobDirectory.root(directory.resolve("data"), cluster.namespace()))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void anImageThatCannotBePulled() {
        assertFails(with(
                        "--overrides={\"spec\":{\"containers\":[{\"name\":\"algo\",\"image\":\"127.0.0.1:1/no/such:1\"}]}}",
                        Map.of(),
                        "pass"))
                .hasCauseExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining("its pod cannot start its container (ImagePullBackOff): Back-off pulling image");
    }

    @Test
    void noNodeWithRoom() {
        assertFails(with("--requests=memory=100000Gi", Map.of("KUBECTL_START_TIMEOUT_SECONDS", "5"), "pass"))
                .hasCauseExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining("its pod was not ready within 5 s (Unschedulable): 0/1 nodes are available");
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
    void memoryBeyondTheLimit() {
        assertFails(
                        with(
                                "",
                                Map.of("TEWORKER_TASK_MEMORY_MB", "256"),
                                "print('last words', flush=True)\nkept = [bytearray(os.urandom(1 << 20)) for _ in range(4096)]"))
                .hasCauseExactlyInstanceOf(TaskFailedException.class)
                .hasMessageContaining("it ran out of memory (OOMKilled): it needs more than its limit of 256Mi")
                .hasMessageContaining("last words");
    }

    @Test
    void diskBeyondTheLimit() {
        assertFails(with("", Map.of("KUBECTL_SCRATCH_MB", "64"), """
                for n in range(200):
                    Path('file%d' % n).write_bytes(os.urandom(1 << 20))
                time.sleep(600)
                """))
                .hasCauseExactlyInstanceOf(TaskFailedException.class)
                .hasMessageContaining(
                        "its pod was evicted (Evicted): Usage of EmptyDir volume \"aiverify\" exceeds the");
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
    void aDrainedNode() throws Exception {
        Going going = runs.startWaiting(runs.openJobs("", Map.of()));

        assertThat(cluster.admin()
                        .pods()
                        .inNamespace(cluster.namespace())
                        .withName(cluster.awaitPodOf(going.id()).getMetadata().getName())
                        .evict())
                .isTrue();

        assertFails(going)
                .hasCauseExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining("its pod was evicted (EvictionByEvictionAPI): Eviction API: evicting");
    }

    @Test
    void aPodThatSomebodyDeletes() throws Exception {
        Going going = runs.startWaiting(runs.openJobs("", Map.of()));

        cluster.admin().resource(cluster.awaitPodOf(going.id())).delete();

        assertFails(going)
                .hasCauseExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining("its pod was deleted by somebody else (Deleted)");
    }

    @Test
    void aJobThatSomebodyDeletes() throws Exception {
        Going going = runs.startWaiting(runs.openJobs("", Map.of()));

        cluster.jobs().forEach(job -> cluster.admin().resource(job).delete());

        assertFails(going)
                .hasCauseExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining("deleted by somebody else (Deleted)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"kill-api-server", "kill-kubelet", "freeze-api-server"})
    void aRunSurvives(String what) throws Exception {
        Going going = runs.startWaiting(runs.openJobs("", Map.of()));
        String pod = cluster.awaitPodOf(going.id()).getMetadata().getUid();

        RealCluster.disturb(what);

        runs.letGo(going);
        assertThat(going.result()).contains("went on");
        assertThat(going.run().progress()).containsExactly(10, 90);
        assertThat(cluster.podsOf(going.id()))
                .allMatch(left -> left.getMetadata().getUid().equals(pod)); // it was not started again
    }

    @ParameterizedTest
    @EnumSource(
            value = CancelReason.class,
            names = {"CANCELLED", "TIMED_OUT"})
    void aStoppedRunLeavesNothing(CancelReason reason) throws Exception {
        Going going = runs.startWaiting(runs.openJobs("", Map.of()));
        long start = System.nanoTime();

        going.run().cancellation().cancel(reason);

        assertThatThrownBy(() -> going.future().get(15, TimeUnit.SECONDS))
                .hasCauseInstanceOf(RunCancelledException.class);
        log.info("Stopped after {} ms", (System.nanoTime() - start) / 1_000_000);
        assertThat(cluster.podsOf(going.id())).isEmpty();
    }

    @Test
    void aJobThatChangedSinceItWasSeenIsNotDeleted() throws Exception {
        Going going = runs.startWaiting(runs.openJobs("", Map.of()));
        JobStore store = new JobStore(cluster.admin(), cluster.namespace());
        Job seen = store.all().get(0);
        store.adopt(seen, "java-other");

        assertThat(store.delete(seen)).isFalse();

        assertThat(store.delete(store.all().get(0))).isTrue();
        assertFails(going).hasCauseExactlyInstanceOf(InfrastructureException.class);
    }

    private Going with(String flags, Map<String, String> settings, String body) {
        return runs.start(runs.openJobs(flags, settings), body);
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertFails(Going going) {
        long start = System.nanoTime();
        return assertThatThrownBy(going::output)
                .satisfies(failure ->
                        log.info("After {} ms: {}", (System.nanoTime() - start) / 1_000_000, failure.getMessage()));
    }
}
