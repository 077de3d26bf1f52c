package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.testkit.gateway.Fault;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;

/** Runs that are cancelled in each stage: nothing is stored for them, and their processes end soon. */
class CancelIT {
    private static final int RUNS = 5;
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    private Path directory;

    private Surroundings scene;
    private StalledIndex index;

    @BeforeEach
    void open() throws Exception {
        scene = new Surroundings(directory);
        index = new StalledIndex();
        scene.worker(
                "worker",
                Map.of(
                        "TEWORKER_CONCURRENCY",
                        "" + RUNS,
                        "PIP_CONFIG_FILE",
                        "/dev/null",
                        "PIP_INDEX_URL",
                        index.url(),
                        "UV_DEFAULT_INDEX",
                        index.url()));
    }

    @AfterEach
    void close() throws IOException {
        scene.close();
        index.close();
    }

    private List<String> start(RunOrder order) {
        return IntStream.range(0, RUNS)
                .mapToObj(i -> scene.gateway.startRun(order))
                .toList();
    }

    private void cancelAndLook(List<String> runs) {
        runs.forEach(scene.gateway::cancelRun);

        await().atMost(SOON).untilAsserted(() -> {
            assertThat(OsProcess.mentioning(scene.dataDirectory().toString())).isEmpty();
            assertThat(scene.probe.pending()).isZero();
        });
        assertNothingReported(runs);
        scene.assertClean();
    }

    private void assertNothingReported(List<String> runs) {
        for (String run : runs) {
            assertThat(scene.gateway.uploads(run)).isEmpty();
            assertThat(scene.gateway.run(run).orElseThrow().ends()).containsExactly(RunStatus.CANCELLED);
        }
    }

    @Test
    void queuedAndExecuting() {
        List<String> executing = start(scene.order(scene.algorithm(MisbehavingAlgorithm.HANGS)));
        executing.forEach(scene::awaitProgress);
        List<String> queued = start(scene.order(scene.algorithm(MisbehavingAlgorithm.ECHOES)));

        queued.forEach(scene.gateway::cancelRun);
        cancelAndLook(executing);

        assertNothingReported(queued);
        assertThat(scene.gateway.requests())
                .noneMatch(request -> queued.stream().anyMatch(request.path()::contains));
    }

    @Test
    void downloading() throws IOException {
        scene.gateway.inject(Fault.delay(Duration.ofMinutes(1))
                .on("GET", "/storage/datasets/.*")
                .times(RUNS));
        List<String> runs = start(scene.order(scene.algorithm(MisbehavingAlgorithm.ECHOES)));
        runs.forEach(run -> await().atMost(Scene.PATIENCE)
                .until(() -> scene.gateway.requests().stream()
                        .anyMatch(request -> request.path().endsWith(run))));
        await().atMost(Scene.PATIENCE)
                .until(() -> scene.gateway.requests().stream()
                        .anyMatch(request -> request.path().startsWith("/storage/models/")));

        cancelAndLook(runs);
    }

    @Test
    void building() throws IOException {
        List<String> runs = new ArrayList<>();
        for (int i = 0; i < RUNS; i++) {
            Path folder = TinyAlgorithm.write(directory.resolve("algorithms"), "waits_" + i)
                    .requiring("aiverify-no-such-package-" + i + ">=1")
                    .folder();
            runs.add(scene.gateway.startRun(scene.order(scene.gateway.addAlgorithm(folder))));
        }
        await().atMost(Scene.PATIENCE).until(() -> index.connections() >= RUNS);
        assertThat(OsProcess.mentioning(scene.dataDirectory().toString())).hasSizeGreaterThanOrEqualTo(RUNS);

        cancelAndLook(runs);
    }

    /** A package index that accepts connections and never responds. */
    private static final class StalledIndex {
        private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        private final List<Socket> connections = new CopyOnWriteArrayList<>();

        StalledIndex() throws IOException {
            Thread thread = new Thread(this::accept, "stalled-index");
            thread.setDaemon(true);
            thread.start();
        }

        private void accept() {
            try {
                while (true) {
                    connections.add(server.accept());
                }
            } catch (IOException e) {
                // it was closed
            }
        }

        String url() {
            return "http://127.0.0.1:" + server.getLocalPort() + "/simple";
        }

        int connections() {
            return connections.size();
        }

        void close() throws IOException {
            server.close();
            for (Socket connection : connections) {
                connection.close();
            }
        }
    }
}
