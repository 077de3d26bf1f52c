package sg.aiverify.worker.pipelines.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipelines.k8s.ClusterRuns.Going;
import sg.aiverify.worker.stage.ExecuteModule;
import sg.aiverify.worker.stage.ImageEnvironment;

/** Real failures of runs on a cluster: each is reported in one sentence, and nothing remains in the cluster. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class ClusterFailuresContract {
    private static final Logger log = LogManager.getLogger(ClusterFailuresContract.class);
    static RealCluster cluster;

    @TempDir
    Path directory;

    ClusterRuns runs;

    /** Opens the module as a separate worker does. */
    abstract ExecuteModule<ImageEnvironment> open(String flags, Map<String, String> settings);

    @BeforeAll
    static void connect() {
        cluster = new RealCluster();
    }

    @AfterAll
    static void disconnect() {
        cluster.close();
    }

    @BeforeEach
    void openRuns() {
        runs = new ClusterRuns(cluster, directory);
    }

    @AfterEach
    void closeRuns() throws Exception {
        runs.close();
        assertNothingIsLeft();
    }

    void assertNothingIsLeft() throws IOException {
        assertThat(cluster.jobs()).isEmpty();
        assertThat(cluster.pods()).isEmpty();
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
    void aDrainedNode() throws Exception {
        Going going = runs.startWaiting(open());

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
        Going going = runs.startWaiting(open());

        cluster.admin().resource(cluster.awaitPodOf(going.id())).delete();

        assertFails(going)
                .hasCauseExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining("its pod was deleted by another user or program (Deleted)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"kill-api-server", "kill-kubelet", "freeze-api-server"})
    @EnabledIfSystemProperty(
            named = "cluster.disturb",
            matches = ".+",
            disabledReason = "needs cluster.disturb: it names no command that disturbs the cluster")
    void aRunSurvives(String what) throws Exception {
        ExecuteModule<ImageEnvironment> pipe = open();
        Going going = runs.startWaiting(pipe);
        String pod = cluster.awaitPodOf(going.id()).getMetadata().getUid();

        RealCluster.disturb(what);

        runs.letGo(going);
        assertThat(going.result()).contains("went on");
        assertThat(going.run().progress()).containsExactly(10, 90);
        assertThat(cluster.podsOf(going.id()))
                .allMatch(left -> left.getMetadata().getUid().equals(pod)); // it was not restarted
        // The next run is not affected.
        assertThat(runs.start(pipe, "pass").result()).contains("tiny");
    }

    ExecuteModule<ImageEnvironment> open() {
        return open("", Map.of());
    }

    Going with(String flags, Map<String, String> settings, String body) {
        return runs.start(open(flags, settings), body);
    }

    static AbstractThrowableAssert<?, ? extends Throwable> assertFails(Going going) {
        long start = System.nanoTime();
        return assertThatThrownBy(going::output)
                .satisfies(failure ->
                        log.info("After {} ms: {}", (System.nanoTime() - start) / 1_000_000, failure.getMessage()));
    }
}
