package sg.aiverify.worker.pipelines.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.readiness.Readiness;
import java.nio.file.Files;
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
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipelines.k8s.ClusterRuns.Going;
import sg.aiverify.worker.run.CancelReason;

/** Each failure is caused for real. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PodFailuresClusterIT {
    private static final Logger log = LogManager.getLogger(PodFailuresClusterIT.class);
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
        assertThat(cluster.pods()).isEmpty();
    }

    @Test
    void anImageThatCannotBePulled() {
        KubectlRun pipe = runs.open(
                "--overrides={\"spec\":{\"containers\":[{\"name\":\"algo\",\"image\":\"127.0.0.1:1/no/such:1\"}]}}",
                Map.of());

        assertFails(runs.start(pipe, "pass"))
                .hasCauseExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining("its pod cannot start its container (ImagePullBackOff): Back-off pulling image");
    }

    @Test
    void aSecretThatIsMissing() {
        KubectlRun pipe = runs.open(
                "--overrides={\"spec\":{\"containers\":[{\"name\":\"algo\",\"env\":[{\"name\":\"KEY\","
                        + "\"valueFrom\":{\"secretKeyRef\":{\"name\":\"absent\",\"key\":\"k\"}}}]}]}}",
                Map.of());

        assertFails(runs.start(pipe, "pass"))
                .hasCauseExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining(
                        "its pod cannot start its container (CreateContainerConfigError): secret \"absent\" not found");
    }

    @Test
    void noNodeWithRoom() {
        KubectlRun pipe = runs.open("--requests=memory=100000Gi", Map.of("KUBECTL_START_TIMEOUT_SECONDS", "5"));

        assertFails(runs.start(pipe, "pass"))
                .hasCauseExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining("its pod was not ready within 5 s (Unschedulable): 0/1 nodes are available");
    }

    @Test
    void memoryBeyondTheLimit() {
        KubectlRun pipe = runs.open("", Map.of("TEWORKER_TASK_MEMORY_MB", "256"));

        assertFails(
                        runs.start(
                                pipe,
                                "print('last words', flush=True)\nkept = [bytearray(os.urandom(1 << 20)) for _ in range(4096)]"))
                .hasCauseExactlyInstanceOf(TaskFailedException.class)
                .hasMessageContaining("it ran out of memory (OOMKilled): it needs more than its limit of 256Mi")
                .hasMessageContaining("last words");
    }

    @Test
    void diskBeyondTheLimit() {
        KubectlRun pipe = runs.open("", Map.of("KUBECTL_SCRATCH_MB", "64"));

        assertFails(runs.start(pipe, """
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
        Going going = runs.startWaiting(runs.open());

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
        Going going = runs.startWaiting(runs.open());

        cluster.admin().resource(cluster.awaitPodOf(going.id())).delete();

        assertFails(going)
                .hasCauseExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining("its pod was deleted by somebody else (Deleted)");
    }

    @Test
    void aPodThatTheClusterRefuses() {
        KubectlRun pipe = runs.open("--overrides={\"spec\":{\"hostNetwork\":true}}", Map.of());

        assertFails(runs.start(pipe, "pass"))
                .hasCauseExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining("violates PodSecurity \"restricted:latest\": host namespaces");
    }

    @Test
    void flagsReachThePod() throws Exception {
        KubectlRun pipe = runs.open(
                "--labels=team=blue,tier=gold --annotations=note=\"two words\" --env=MODE='quick one' --env=OTHER=2"
                        + " --limits=cpu=500m,memory=700Mi --requests=cpu=100m"
                        + " --overrides={\"spec\":{\"terminationGracePeriodSeconds\":3}} --restart=Never --quiet",
                Map.of());
        Going going = runs.start(
                pipe,
                "self.progress(1)\n"
                        + ClusterRuns.WAITS.replace("'went on'", "os.environ['MODE'] + os.environ['OTHER']"));
        going.run().awaitProgress(RealCluster.PATIENCE);
        var pod = cluster.awaitPodOf(going.id());

        assertThat(pod.getMetadata().getLabels()).containsEntry("team", "blue").containsEntry("tier", "gold");
        assertThat(pod.getMetadata().getAnnotations()).containsEntry("note", "two words");
        assertThat(pod.getSpec().getTerminationGracePeriodSeconds()).isEqualTo(3);
        var resources = pod.getSpec().getContainers().get(0).getResources();
        assertThat(resources.getLimits()).hasToString("{cpu=500m, memory=700Mi}");
        assertThat(resources.getRequests()).hasToString("{cpu=100m, memory=64Mi}");
        runs.letGo(going);
        assertThat(going.result()).contains("quick one2");
    }

    @Test
    void aCancelEndsARunInEachPhase() throws Exception {
        KubectlRun stuck = runs.open("--requests=memory=100000Gi", Map.of());
        Going pending = runs.start(stuck, "pass");
        cluster.awaitPodOf(pending.id());
        assertCancels(pending);

        KubectlRun pipe = runs.open();
        Going copying = runs.start(pipe, "pass", "{\"d\": \"_dataset_:big\"}", Map.of("big", runs.bigFile(400)));
        await().atMost(RealCluster.PATIENCE).until(() -> isReady(copying));
        assertCancels(copying);

        assertCancels(runs.startWaiting(pipe));

        Going fetching = runs.start(pipe, """
                OUTPUT.mkdir(exist_ok=True)
                with open(OUTPUT / 'huge.png', 'wb') as file:
                    for _ in range(400):
                        file.write(os.urandom(1 << 20))
                self.results['artifact'] = 'huge.png'
                """);
        await().atMost(RealCluster.PATIENCE)
                .until(() -> Files.exists(fetching.run().workDirectory().resolve("pod/result.tar")));
        assertCancels(fetching);
    }

    private static boolean isReady(Going going) {
        return cluster.podsOf(going.id()).stream().anyMatch(Readiness::isPodReady);
    }

    private static void assertCancels(Going going) {
        assertThat(going.future()).isNotDone();
        going.run().cancellation().cancel(CancelReason.CANCELLED);
        assertThatThrownBy(() -> going.future().get(15, TimeUnit.SECONDS))
                .hasCauseInstanceOf(RunCancelledException.class);
        assertThat(cluster.podsOf(going.id())).isEmpty();
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertFails(Going going) {
        long start = System.nanoTime();
        return assertThatThrownBy(going::output)
                .satisfies(failure ->
                        log.info("After {} ms: {}", (System.nanoTime() - start) / 1_000_000, failure.getMessage()));
    }
}
