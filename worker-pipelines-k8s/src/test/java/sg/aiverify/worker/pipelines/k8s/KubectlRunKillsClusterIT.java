package sg.aiverify.worker.pipelines.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.pipelines.k8s.ClusterRuns.Going;
import sg.aiverify.worker.pipelines.k8s.internal.cleanup.WorkerLease;
import sg.aiverify.worker.stage.ExecuteModule;
import sg.aiverify.worker.stage.ImageEnvironment;
import sg.aiverify.worker.testkit.stage.ObservedRun;

/** The next worker removes the objects of killed workers, and nothing of others. */
@Timeout(value = 30, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KubectlRunKillsClusterIT {
    private static final Logger log = LogManager.getLogger(KubectlRunKillsClusterIT.class);
    private static final int TIMES = Integer.getInteger("cluster.kills", 3);
    private static final String WRITES = """
            self.progress(50)
            OUTPUT.mkdir(exist_ok=True)
            with open(OUTPUT / 'huge.png', 'wb') as file:
                for _ in range(400):
                    file.write(os.urandom(1 << 20))
            self.results['artifact'] = 'huge.png'
            """;

    @TempDir
    Path directory;

    private RealCluster cluster;
    private ClusterRuns runs;
    private Going sibling;

    @BeforeEach
    void open() throws Exception {
        cluster = new RealCluster();
        runs = new ClusterRuns(cluster, directory);
        sibling = runs.startWaiting(runs.open());
    }

    @AfterEach
    void close() throws Exception {
        runs.letGo(sibling);
        assertThat(sibling.result()).contains("went on");
        runs.close();
        assertThat(cluster.pods()).isEmpty();
        cluster.close();
    }

    @Test
    void killedWhileItCopiesIn() throws Exception {
        killAndSweep("pass", runs.bigFile(400), (pod, own) -> Readiness.isPodReady(pod), Duration.ofSeconds(20));
    }

    @Test
    void killedWhileTheAlgorithmRuns() throws Exception {
        killAndSweep(
                "print('running', flush=True)\ntime.sleep(600)",
                runs.bigFile(1),
                (pod, own) -> isRunning(pod),
                Duration.ofSeconds(20));
    }

    @Test
    void killedWhileItCopiesOut() throws Exception {
        killAndSweep(WRITES, runs.bigFile(1), (pod, own) -> receives(own), Duration.ofSeconds(20));
    }

    @Test
    void killedOnAMachineThatNobodySees() throws Exception {
        List<String> before = cluster.listing();
        startAndKill("time.sleep(600)", runs.bigFile(1), (pod, own) -> isRunning(pod), 0);
        cluster.admin()
                .leases()
                .inNamespace(cluster.namespace())
                .list()
                .getItems()
                .forEach(lease -> cluster.admin().resource(lease).edit(there -> {
                    there.getMetadata().getAnnotations().put(WorkerLease.PROCESS, "elsewhere/1/1/1");
                    return there;
                }));

        sweep(before, WorkerLease.DURATION.multipliedBy(2).plus(Duration.ofSeconds(30)));
    }

    private void killAndSweep(String body, Path big, BiPredicate<Pod, Path> phase, Duration bound) throws Exception {
        List<String> before = cluster.listing();
        for (int i = 0; i < TIMES; i++) {
            startAndKill(body, big, phase, i);
            assertThat(cluster.listing()).hasSizeGreaterThan(before.size());
            sweep(before, bound);
            assertThat(sibling.future()).isNotDone();
        }
    }

    /** Opens the next worker, and waits until the cluster is as before, except for this worker's own Lease. */
    private void sweep(List<String> before, Duration bound) {
        long start = System.nanoTime();
        ExecuteModule<ImageEnvironment> next = runs.open();
        await().atMost(bound)
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() ->
                        assertThat(cluster.listing()).hasSize(before.size() + 1).containsAll(before));
        log.info("Swept after {} ms", (System.nanoTime() - start) / 1_000_000);
        next.close();
        assertThat(cluster.listing()).isEqualTo(before);
    }

    private void startAndKill(String body, Path big, BiPredicate<Pod, Path> phase, int delay) throws Exception {
        List<String> known = podNames();
        Path own = Files.createTempDirectory(directory, "killed");
        KilledWorker worker;
        try (ObservedRun run = new ObservedRun(directory)) {
            worker = KilledWorker.start(
                    "kubectl_run",
                    own.resolve("data"),
                    own,
                    cluster.settings(runs.kubeconfig(), "", Map.of()),
                    List.of(cluster.image(), run.task().toJson(), body, big.toString()));
        }
        worker.killIn(
                () -> cluster.pods().stream()
                        .anyMatch(pod -> !known.contains(pod.getMetadata().getName()) && phase.test(pod, own)),
                Duration.ofMillis(1 + 70L * delay));
        try (Stream<Path> left = Files.list(worker.temporary())) {
            assertThat(left.filter(path -> !path.getFileName().toString().startsWith("hsperf")))
                    .isEmpty();
        }
    }

    private List<String> podNames() {
        return cluster.pods().stream().map(pod -> pod.getMetadata().getName()).toList();
    }

    private boolean isRunning(Pod pod) {
        return Readiness.isPodReady(pod) && logOf(pod).contains("started");
    }

    /** Returns the events of the runner in a pod. */
    private String logOf(Pod pod) {
        var output = new java.io.ByteArrayOutputStream();
        try (var exec = cluster.admin()
                .pods()
                .inNamespace(cluster.namespace())
                .withName(pod.getMetadata().getName())
                .writingOutput(output)
                .exec("python3", "-c", "print(open('/aiverify/records/events').read())")) {
            exec.exitCode().get(20, TimeUnit.SECONDS);
            return output.toString(java.nio.charset.StandardCharsets.UTF_8);
        } catch (Exception e) {
            return "";
        }
    }

    private static boolean receives(Path own) {
        try (Stream<Path> all = Files.walk(own)) {
            return all.anyMatch(path -> path.endsWith("pod/result.tar") && size(path) > 0);
        } catch (IOException | UncheckedIOException e) {
            return false; // changed meanwhile
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }
}
