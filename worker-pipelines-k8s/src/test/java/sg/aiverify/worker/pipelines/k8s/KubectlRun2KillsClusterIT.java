package sg.aiverify.worker.pipelines.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.pipelines.k8s.ClusterRuns.Going;
import sg.aiverify.worker.pipelines.k8s.internal.job.JobDirectory;
import sg.aiverify.worker.pipelines.k8s.internal.job.JobManifest;
import sg.aiverify.worker.testkit.stage.ObservedRun;

/** Jobs of killed workers are adopted or deleted by the next worker, and Jobs of living workers are not touched. */
@Timeout(value = 15, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KubectlRun2KillsClusterIT {
    private static final Logger log = LogManager.getLogger(KubectlRun2KillsClusterIT.class);
    private static final int TIMES = Integer.getInteger("cluster.kills", 3);

    @TempDir
    Path directory;

    private RealCluster cluster;
    private ClusterRuns runs;
    private Path data;

    @BeforeEach
    void open() {
        cluster = new RealCluster();
        runs = new ClusterRuns(cluster, directory);
        data = directory.resolve("data");
    }

    @AfterEach
    void close() throws Exception {
        runs.close();
        assertThat(cluster.jobs()).isEmpty();
        assertThat(cluster.pods()).isEmpty();
        assertThat(directories()).isEmpty();
        cluster.close();
    }

    @Test
    void aRunningJobGoesOnWithTheNextWorker() throws Exception {
        ObservedRun next = new ObservedRun(directory, 2);
        startAndKill(next, ClusterRuns.WAITS, runs.bigFile(1), Map.of(), out -> reported(out, "progress"), 0);
        String job = cluster.jobs().get(0).getMetadata().getUid();

        long start = System.nanoTime();
        Going going = again(next, ClusterRuns.WAITS, Map.of());
        going.run().awaitProgress(RealCluster.PATIENCE);
        log.info("Adopted after {} ms", (System.nanoTime() - start) / 1_000_000);
        runs.letGo(going);

        assertThat(going.result()).contains("went on");
        assertThat(next.progress()).containsExactly(10, 90);
        assertThat(cluster.jobs().get(0).getMetadata().getUid()).isEqualTo(job);
        assertThat(cluster.podsOf(next.task().id())).hasSize(1);
    }

    @Test
    void aJobThatHasEndedIsNotStartedAgain() throws Exception {
        String body = "self.results = {'message': str(uuid.uuid4())}\nself.progress(50)";
        ObservedRun next = new ObservedRun(directory, 2);
        startAndKill(next, "import uuid\n" + body, runs.bigFile(1), Map.of(), KubectlRun2KillsClusterIT::isEnded, 0);
        String job = cluster.jobs().get(0).getMetadata().getUid();

        Going going = again(next, "import uuid\n" + body, Map.of());

        assertThat(going.result()).contains("message");
        assertThat(next.progress()).containsExactly(50);
        assertThat(cluster.jobs().get(0).getMetadata().getUid()).isEqualTo(job);
    }

    @Test
    void aJobThatKubernetesHasDeletedSinceLeavesItsResult() throws Exception {
        ObservedRun next = new ObservedRun(directory, 2);
        Map<String, String> atOnce = Map.of("KUBECTL_JOB_TTL_SECONDS", "1");
        startAndKill(next, "self.progress(50)", runs.bigFile(1), atOnce, KubectlRun2KillsClusterIT::isEnded, 0);
        await().atMost(RealCluster.PATIENCE).until(() -> cluster.jobs().isEmpty());

        Going going = again(next, "self.progress(50)", atOnce);

        assertThat(going.result()).contains("tiny");
        assertThat(cluster.jobs()).isEmpty();
        assertThat(next.progress()).containsExactly(50);
    }

    @Test
    void aJobIsReplacedWhereTheNextDeliveryAsksSomethingElse() throws Exception {
        ObservedRun next = new ObservedRun(directory, 2);
        startAndKill(next, "time.sleep(600)", runs.bigFile(1), Map.of(), out -> reported(out, "computing"), 0);

        Going going = again(next, "self.results = {'message': 'other'}", Map.of());

        assertThat(going.result()).contains("other");
    }

    @Test
    void killedWhileItCopiesIn() throws Exception {
        killAndSweep("pass", runs.bigFile(400), out -> Files.exists(out.resolveSibling("inputs")));
    }

    @Test
    void killedWhileTheAlgorithmRuns() throws Exception {
        killAndSweep("self.progress(1)\ntime.sleep(600)", runs.bigFile(1), out -> reported(out, "progress"));
    }

    @Test
    void killedWhileTheResultIsCopiedOut() throws Exception {
        String writes = """
                OUTPUT.mkdir(exist_ok=True)
                with open(OUTPUT / 'huge.png', 'wb') as file:
                    for _ in range(400):
                        file.write(os.urandom(1 << 20))
                self.results = {'artifact': 'huge.png', 'message': 'wrote'}
                """;
        killAndSweep(writes, runs.bigFile(1), out -> Files.exists(out.resolve("result")));
    }

    private void killAndSweep(String body, Path big, Predicate<Path> phase) throws Exception {
        Going sibling = runs.startWaiting(runs.openJobs("", Map.of("KUBECTL_JOB_ORPHAN_SECONDS", "3600")));
        List<String> before = listing();
        for (int i = 0; i < TIMES; i++) {
            ObservedRun killed = new ObservedRun(directory, 1);
            startAndKill(killed, body, big, Map.of(), phase, i);
            killed.close();
            long start = System.nanoTime();
            KubectlRun2 next = runs.openJobs("", Map.of("KUBECTL_JOB_ORPHAN_SECONDS", "1"));
            await().atMost(Duration.ofSeconds(40))
                    .pollInterval(Duration.ofMillis(200))
                    .untilAsserted(() -> assertThat(listing())
                            .hasSize(before.size() + 1) // its own Lease
                            .containsAll(before));
            log.info("Swept after {} ms", (System.nanoTime() - start) / 1_000_000);
            next.close();
            assertThat(listing()).isEqualTo(before);
            assertThat(sibling.future()).isNotDone();
        }
        runs.letGo(sibling);
        assertThat(sibling.result()).contains("went on");
    }

    private List<String> listing() throws IOException {
        return Stream.concat(cluster.listing().stream(), directories().stream()).toList();
    }

    private List<String> directories() throws IOException {
        try (Stream<Path> all = Files.list(JobDirectory.root(data, cluster.namespace()))) {
            return all.map(path -> "directory " + path.getFileName()).toList();
        }
    }

    /** Starts the next delivery of the same run. */
    private Going again(ObservedRun next, String body, Map<String, String> settings) {
        return runs.start(
                runs.openJobs("", settings),
                body,
                "{\"d\": \"_dataset_:big\"}",
                Map.of("big", runs.bigFile(1)),
                next,
                cluster.image());
    }

    private void startAndKill(
            ObservedRun run, String body, Path big, Map<String, String> more, Predicate<Path> phase, int delay)
            throws Exception {
        Files.setPosixFilePermissions(big, PosixFilePermissions.fromString("rw-------")); // so that it is copied
        Path own = Files.createTempDirectory(directory, "killed");
        Path out = JobDirectory.root(data, cluster.namespace())
                .resolve(JobManifest.name(run.task().id()))
                .resolve("out");
        Map<String, String> settings = new TreeMap<>(cluster.settings(runs.kubeconfig(), "", more));
        settings.putAll(ClusterVolume.settings(data));
        KilledWorker worker = KilledWorker.start(
                "kubectl_run2",
                data,
                own,
                settings,
                List.of(cluster.image(), run.task().toJson(), body, big.toString()));
        worker.killIn(() -> phase.test(out), Duration.ofMillis(1 + 30L * delay));
    }

    private static boolean reported(Path out, String event) {
        try {
            return Files.exists(out.resolve("events"))
                    && Files.readString(out.resolve("events")).contains("\"" + event + "\"");
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isEnded(Path out) {
        return Files.exists(out.resolve("ended"));
    }
}
