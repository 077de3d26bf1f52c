package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.gateway.StoredResult;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;

/** Algorithms that misbehave. */
class FailingAlgorithmTest {
    /** Longer than any other run takes on a busy machine. */
    private static final int LIMIT_SECONDS = 25;

    @TempDir
    private static Path directory;

    private static Scene scene;

    @BeforeAll
    static void open() throws InterruptedException {
        scene = Scene.open(directory, Map.of("TEWORKER_TASK_TIMEOUT_SECONDS", "" + LIMIT_SECONDS));
    }

    @AfterAll
    static void close() {
        scene.close();
    }

    @AfterEach
    void nothingIsLeft() {
        scene.assertClean();
        await().atMost(Scene.PATIENCE)
                .until(() -> OsProcess.mentioning(directory.resolve("data/runs").toString())
                        .isEmpty());
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                failing(MisbehavingAlgorithm.RAISES, "RuntimeError: this algorithm always fails", "algo.py"),
                failing(MisbehavingAlgorithm.EXITS, "The algorithm ended its process with exit(3)"),
                failing(MisbehavingAlgorithm.EXITS_SILENTLY, "Output zip not generated", "exited with code 0"),
                failing(
                        MisbehavingAlgorithm.EXITS_HARD,
                        "Error executing algorithm: ",
                        "the process exited with code 7 before it returned a result"),
                failing(MisbehavingAlgorithm.SEGFAULTS, "its process was killed by SIGSEGV"),
                failing(
                        MisbehavingAlgorithm.KILLED,
                        "its process was killed by SIGKILL, sent by the algorithm or by another process"),
                failing(MisbehavingAlgorithm.NO_RESULT, "Failed to run algorithm: "),
                failing(MisbehavingAlgorithm.INVALID_OUTPUT, "output", "schema", "message"));
    }

    private static Arguments failing(MisbehavingAlgorithm algorithm, String... words) {
        return Arguments.of(algorithm, words);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aFailureEndsTheRunAndNoOther(MisbehavingAlgorithm algorithm, String[] words) {
        assertThat(scene.error(scene.order(scene.algorithm(algorithm)))).contains(words);
    }

    @Test
    void anAlgorithmThatGivesNothingDoesNotDeliverTheResultOfTheRunBefore() {
        RunOrder order = scene.order(scene.algorithm("now_and_then", """
                if self.arguments.get('silent'):
                    os._exit(0)
                Path('output/kept.png').write_text('image')
                self.results = {'image': 'kept.png'}
                """));
        scene.succeeded(order);

        assertThat(scene.error(order.withArgument("silent", true))).contains("Output zip not generated");
    }

    @Tag("slow")
    @Test
    void anAlgorithmThatHangsIsStoppedAtItsLimit() {
        assertThat(scene.error(scene.order(scene.algorithm(MisbehavingAlgorithm.HANGS))))
                .contains("took longer than " + LIMIT_SECONDS + " seconds", "TEWORKER_TASK_TIMEOUT_SECONDS")
                .endsWith("hanging from here on");
    }

    @Test
    void aHundredMegabytesOfOutputAreNoProblem() {
        scene.succeeded(
                scene.order(scene.algorithm(MisbehavingAlgorithm.FLOODS)).withArgument("megabytes", 100));
    }

    @Test
    void anErrorAfterAHundredMegabytesOfOutputIsReportedInEightKibibytes() {
        RunOrder order = scene.order(scene.algorithm("floods_and_fails", """
                for _ in range(1600):
                    sys.stdout.write('x' * 65535 + '\\n')
                raise ValueError('after all that')
                """));

        assertThat(scene.error(order)).contains("ValueError: after all that");
    }

    @Test
    void aProcessLeftBehindIsGoneAfterTheRun() {
        String marker = "daemon-" + ProcessHandle.current().pid();

        scene.succeeded(
                scene.order(scene.algorithm(MisbehavingAlgorithm.LEAVES_DAEMON)).withArgument("marker", marker));

        assertThat(MisbehavingAlgorithm.processes(marker)).isEmpty();
    }

    @Test
    void progressNeverGoesDownWhateverIsReported() {
        String run = scene.gateway.startRun(
                scene.order(scene.algorithm(MisbehavingAlgorithm.SLEEPS)).withArgument("seconds", 1));

        scene.succeeded(run);

        assertThat(scene.gateway.run(run).orElseThrow().progressHistory())
                .hasSizeGreaterThan(1)
                .isSorted();
    }

    @Test
    void resultsThatAnAlgorithmForgesAreNotStored() {
        String victim = scene.gateway.startRun(scene.healthy());
        scene.succeeded(victim);

        StoredResult stored = scene.succeeded(scene.order(scene.algorithm(MisbehavingAlgorithm.FORGES_RESULTS))
                .withArgument("victim", victim));

        assertThat(stored.runId()).isNotEqualTo(victim);
        assertThat(stored.artifacts()).isEmpty();
        assertThat(scene.gateway.uploads(victim)).hasSize(1);
    }
}
