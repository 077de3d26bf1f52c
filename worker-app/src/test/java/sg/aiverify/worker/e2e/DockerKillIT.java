package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.testkit.gateway.RegisteredAlgorithm;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;

/** Workers that are killed during a run in Docker, while another worker uses the same engine. */
@Tag("slow")
class DockerKillIT {
    private static final Logger log = LogManager.getLogger(DockerKillIT.class);
    /** The number of kills at each moment. */
    private static final int KILLS = Integer.getInteger("worker.kills", 1);

    private static final String BASE_IMAGE = "aiverify-test-engine-worker-base";
    private static final long MUCH_BYTES = 200L << 20;
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final String WAITS_FOR_A_FILE = """
            self.progress(10)
            while not Path('/work/end').exists():
                time.sleep(0.1)
            """;
    private static final String LEAVES_MUCH = """
            OUTPUT.mkdir(exist_ok=True)
            with open(OUTPUT / 'much.bin', 'wb') as much:
                much.truncate(600 << 20)
            """;

    /**
     * The moments of a kill, recognized by the run's container: it starts before it has its inputs. During a run,
     * another container waits for the next run.
     */
    private enum Moment {
        COPY_IN("running"),
        RUN("running"),
        COPY_OUT("exited");

        private final String state;

        Moment(String state) {
            this.state = state;
        }

        boolean isNow(String run) {
            List<EngineListing.Item> all = EngineListing.containers();
            return all.stream()
                    .anyMatch(item -> item.isOf(run, "run")
                            && item.state().equals(state)
                            && (this != RUN || hasWaiting(item.instance(), all)));
        }

        /** Checks whether the worker of a run has a container ready for the next run. */
        private static boolean hasWaiting(String instance, List<EngineListing.Item> all) {
            return all.stream()
                    .anyMatch(item -> item.isOf("", "run")
                            && item.instance().equals(instance)
                            && item.state().equals("running"));
        }

        /** Checks after the kill whether it happened at this moment. */
        boolean wasHit(String run) {
            return switch (this) {
                case COPY_IN ->
                    EngineListing.bytes(run, "/aiverify/request.json") > 0
                            && EngineListing.bytes(run, "/aiverify") < MUCH_BYTES;
                case RUN -> true;
                case COPY_OUT -> isNow(run);
            };
        }
    }

    @TempDir
    private Path directory;

    private Surroundings scene;
    private Surroundings siblings;
    private Path temporary;
    private final Set<String> instances = new HashSet<>();

    @BeforeAll
    static void requireEngine() {
        EngineListing.require(BASE_IMAGE);
    }

    @BeforeEach
    void open() throws Exception {
        scene = new Surroundings(Files.createDirectories(directory.resolve("killed")));
        siblings = new Surroundings(Files.createDirectories(directory.resolve("sibling")));
        temporary = Files.createDirectories(directory.resolve("temporary"));
    }

    @AfterEach
    void close() {
        Stream.of(scene, siblings).filter(Objects::nonNull).forEach(Surroundings::close);
    }

    @Test
    void afterTheNextWorkersStartNothingOfAKilledOneIsLeftAndASiblingsRunIsUntouched() throws Exception {
        siblings.worker("worker", variables("off"));
        String untouched = siblings.gateway.startRun(siblings.order(algorithm(siblings, "sibling", WAITS_FOR_A_FILE)));
        siblings.awaitProgress(untouched);
        String siblingsContainer = container(untouched);
        Map<Moment, RunOrder> orders = new EnumMap<>(Map.of(
                Moment.COPY_IN,
                RunOrder.of(algorithm(scene, "needs_much", "pass"), scene.model, scene.gateway.addDataset(muchData())),
                Moment.RUN,
                scene.order(algorithm(scene, "waits", WAITS_FOR_A_FILE)),
                Moment.COPY_OUT,
                scene.order(algorithm(scene, "leaves_much", LEAVES_MUCH))));
        warmUp(orders);
        WorkerProcess worker = next(0);
        note(untouched);
        List<EngineListing.Item> before = EngineListing.of(instances);
        List<String> filesBefore = files();
        int workers = 0;

        for (Map.Entry<Moment, RunOrder> entry : orders.entrySet()) {
            Moment moment = entry.getKey();
            int hits = 0;
            for (int tries = 0; hits < KILLS; tries++) {
                // On a busy machine, the kill can take longer than the moment lasts.
                assertThat(tries).as("tries to kill in %s", moment).isLessThan(12 * KILLS);
                String run = scene.gateway.startRun(entry.getValue());
                boolean isSeen = awaitMoment(moment, run);
                worker.kill();
                worker.exitCode();
                note(run);
                hits += isSeen && moment.wasHit(run) ? 1 : 0;
                cancel(run);
                worker = next(++workers);
            }
            log.info("{} workers were killed in {}, {} in all", hits, moment, workers);
        }

        // Once for all kills: the remains of a worker are removed only some time after its end.
        await().atMost(Scene.PATIENCE).untilAsserted(() -> {
            assertThat(EngineListing.of(instances)).containsExactlyInAnyOrderElementsOf(before);
            assertThat(files()).containsExactlyInAnyOrderElementsOf(filesBefore);
        });
        assertThat(container(untouched)).isEqualTo(siblingsContainer);
        EngineListing.docker("exec", siblingsContainer, "python3", "-c", "open('/work/end', 'w')");
        siblings.assertSucceededOnce(untouched);
        siblings.assertClean();
        scene.assertClean();
    }

    private Map<String, String> variables(String warm) {
        return Map.of(
                "PIPELINE_BUILD",
                "docker_build",
                "PIPELINE_EXECUTE",
                "docker_run",
                "WORKER_BASE_IMAGE",
                BASE_IMAGE,
                "TEWORKER_CONCURRENCY",
                "1",
                "TEWORKER_WARM_RUNTIMES",
                warm,
                "JAVA_TOOL_OPTIONS",
                "\"-Djava.io.tmpdir=" + temporary + "\""); // which is split at spaces
    }

    private WorkerProcess next(int number) throws InterruptedException {
        return scene.worker("worker-" + number, variables("auto"));
    }

    private static RegisteredAlgorithm algorithm(Surroundings at, String cid, String body) {
        return at.gateway.addAlgorithm(TinyAlgorithm.write(at.directory.resolve("algorithms"), cid)
                .doing(body)
                .folder());
    }

    private Path muchData() throws IOException {
        Path file = directory.resolve("much.csv");
        try (RandomAccessFile much = new RandomAccessFile(file.toFile(), "rw")) {
            much.setLength(MUCH_BYTES);
        }
        return file;
    }

    /** Fills the caches and builds the images, so that later changes come only from runs. */
    private void warmUp(Map<Moment, RunOrder> orders) throws InterruptedException {
        WorkerProcess worker = scene.worker("warming-up", variables("auto"));
        for (Map.Entry<Moment, RunOrder> entry : orders.entrySet()) {
            String run = scene.gateway.startRun(entry.getValue());
            awaitMoment(entry.getKey(), run);
            note(run);
            if (entry.getKey() == Moment.RUN) {
                cancel(run); // it would wait for ever; the others may be storing results
            }
            await().atMost(Scene.PATIENCE).until(() -> !scene.isPending(run));
        }
        scene.assertClean();
        worker.terminate();
        assertThat(worker.exitCode()).isZero();
        assertThat(EngineListing.of(instances)).isEmpty();
    }

    /** Waits for the moment of the kill; returns false if the run ended before. */
    private boolean awaitMoment(Moment moment, String run) {
        boolean[] isSeen = {false};
        await().atMost(Scene.PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(LOOK)
                .until(() -> (isSeen[0] = moment.isNow(run)) || !scene.isPending(run));
        if (isSeen[0] && moment == Moment.RUN) {
            scene.awaitProgress(run);
        }
        return isSeen[0];
    }

    private void cancel(String run) {
        if (scene.isPending(run)) {
            scene.gateway.cancelRun(run);
        }
    }

    /** Stores which worker process has the run. */
    private void note(String run) {
        Stream.concat(EngineListing.containers().stream(), EngineListing.volumes().stream())
                .filter(item -> item.run().equals(run))
                .forEach(item -> instances.add(item.instance()));
    }

    private static String container(String run) {
        return EngineListing.containers().stream()
                .filter(item -> item.isOf(run, "run"))
                .map(EngineListing.Item::id)
                .reduce((one, other) -> one + " and " + other)
                .orElseThrow();
    }

    /**
     * Lists the files of workers, also in the directory for temporary files. Random names of each process are replaced.
     * Lock files are empty and remain.
     */
    private List<String> files() throws IOException {
        List<String> files = new ArrayList<>();
        for (Path root : List.of(scene.dataDirectory(), temporary)) {
            try (Stream<Path> found = Files.walk(root)) {
                found.filter(path -> !path.toString().endsWith(".lock"))
                        .map(path -> path.toString().replaceAll("/tmp/[0-9a-f-]{36}", "/tmp/(any)"))
                        .forEach(files::add);
            }
        }
        return files;
    }
}
