package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.testkit.gateway.Fault;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;
import sg.aiverify.worker.testkit.valkey.EmbeddedValkey;

/** A gateway and a queue that are slow, broken or unavailable for some time. */
@Tag("slow")
class TroubleTest {
    @TempDir
    private Path directory;

    private static RunOrder sleeping(Scene scene) {
        return scene.order(scene.algorithm(MisbehavingAlgorithm.SLEEPS)).withArgument("seconds", 2);
    }

    private static void awaitProgress(Scene scene, String run) {
        scene.gateway.await(run, Scene.PATIENCE, "make progress", view -> view.progress() > 0);
    }

    private static long refused(Scene scene, String run) {
        return scene.gateway.requests().stream()
                .filter(request -> request.status() == 503 && request.path().contains(run))
                .count();
    }

    @Test
    void aRunWhoseRowIsNotCommittedYetIsWaitedFor() throws Exception {
        try (Scene scene = Scene.open(directory, Map.of())) {
            scene.gateway.beforeCommit(() -> await().atMost(Scene.PATIENCE)
                    .until(() -> scene.gateway.requests().stream().anyMatch(request -> request.status() == 404)));

            scene.succeeded(scene.healthy());

            scene.assertClean();
        }
    }

    @Test
    void errorsAndClosedConnectionsOfTheGatewayCostNoRun() throws Exception {
        try (Scene scene = Scene.open(directory, Map.of())) {
            scene.gateway.inject(Fault.respond(500).on("GET", "/test_runs/.*").times(2));
            scene.gateway.inject(
                    Fault.closeBeforeBody().on("GET", "/plugins/.*").times(2));
            scene.gateway.inject(
                    Fault.respond(503).on("GET", "/storage/models/.*").times(2));
            scene.gateway.inject(
                    Fault.closeAfterBody().on("GET", "/storage/datasets/.*").times(1));

            scene.gateway.inject(Fault.respond(500).on("POST", "/test_results/.*"));

            scene.succeeded(scene.healthy());

            scene.assertClean();
        }
    }

    @Test
    void aResultWhoseAnswerIsLostIsNotSentTwice() throws Exception {
        try (Scene scene = Scene.open(directory, Map.of())) {
            scene.gateway.inject(Fault.loseResponse().on("POST", "/test_results/.*"));

            scene.succeeded(scene.healthy());

            scene.assertClean();
            assertThat(scene.gateway.results()).hasSize(1);
        }
    }

    @Test
    void anErrorIsReportedDespiteFailures() throws Exception {
        try (Scene scene = Scene.open(directory, Map.of())) {
            String run = scene.gateway.startRun(scene.order(scene.algorithm(MisbehavingAlgorithm.RAISES)));
            scene.gateway.inject(Fault.respond(500).on("PATCH", ".*" + run).times(2));
            scene.gateway.inject(Fault.closeAfterBody().on("PATCH", ".*" + run).times(1));
            scene.gateway.inject(Fault.loseResponse().on("PATCH", ".*" + run).times(1));

            assertThat(scene.error(run)).contains("this algorithm always fails");

            scene.assertClean();
        }
    }

    @Test
    void aGatewayThatIsAwayForAWhileIsWaitedForWithoutSpendingAnAttempt() throws Exception {
        try (Scene scene = Scene.open(directory, Map.of("TEWORKER_MAX_ATTEMPTS", "1"))) {
            String run = scene.gateway.startRun(sleeping(scene));
            awaitProgress(scene, run);
            String next = scene.gateway.startRun(scene.healthy());
            scene.gateway.inject(Fault.respond(503).on(".*", ".*").times(Integer.MAX_VALUE));
            // More often than the client's automatic retries: only the stage's retries continue after them.
            await().atMost(Scene.PATIENCE).until(() -> refused(scene, run) > 12 && refused(scene, next) > 12);
            scene.gateway.pause();
            scene.gateway.clearFaults();
            await().atMost(Scene.PATIENCE).until(() -> scene.probe.pending() == 2);
            scene.gateway.resume();

            scene.succeeded(run);
            scene.succeeded(next);
            scene.assertClean();
            assertThat(scene.probe.length(ValkeyProbe.DEAD_LETTERS)).isZero();
        }
    }

    @Test
    void aQueueThatKeepsItsDataOverARestartLosesNoRunAndDoublesNone() throws Exception {
        EmbeddedValkey valkey =
                EmbeddedValkey.builder().keepDataIn(directory.resolve("valkey")).start();
        try (Scene scene = Scene.open(directory, valkey, new ValkeyProbe(valkey.host(), valkey.port()), Map.of())) {
            List<String> runs = IntStream.range(0, 4)
                    .mapToObj(i -> scene.gateway.startRun(sleeping(scene)))
                    .toList();
            awaitProgress(scene, runs.get(0));

            valkey.kill();
            valkey.restart();

            runs.forEach(scene::succeeded);
            scene.assertClean();
        }
    }

    @Test
    void aQueueThatForgetsEverythingLosesNoRunInProgressAndServesNewOnes() throws Exception {
        try (Scene scene = Scene.open(directory, Map.of())) {
            String run = scene.gateway.startRun(sleeping(scene));
            awaitProgress(scene, run);

            scene.valkey.kill();
            scene.valkey.restart();
            String next = scene.gateway.startRun(scene.healthy());

            scene.succeeded(next);
            scene.succeeded(run);
            scene.assertClean();
        }
    }

    @Test
    void tasksAfterAFlushAreDone() throws Exception {
        try (Scene scene = Scene.open(directory, Map.of())) {
            scene.succeeded(scene.healthy());

            scene.probe.call("FLUSHALL");
            String first = scene.gateway.startRun(scene.healthy());
            String second = scene.gateway.startRun(scene.healthy());

            scene.succeeded(first);
            scene.succeeded(second);
            scene.assertClean();
        }
    }

    @Test
    void aQueueWithUsersAndPasswordsIsServedByItsUser() throws Exception {
        EmbeddedValkey valkey = EmbeddedValkey.builder()
                .password("for-the-gateway")
                .user("worker", "on", ">open-sesame", "~*", "+@all")
                .start();
        ValkeyProbe probe = new ValkeyProbe(valkey.host(), valkey.port(), "for-the-gateway");
        Map<String, String> login = Map.of("VALKEY_USERNAME", "worker", "VALKEY_PASSWORD", "open-sesame");
        try (Scene scene = Scene.open(directory, valkey, probe, login)) {
            scene.succeeded(scene.healthy());

            scene.assertClean();
        }
    }

    @Test
    void aWrongPasswordIsReportedAtTheStartWithoutShowingIt() {
        try (EmbeddedValkey valkey = EmbeddedValkey.builder().password("right").start()) {
            ValkeyProbe probe = new ValkeyProbe(valkey.host(), valkey.port(), "right");
            Map<String, String> login = Map.of("VALKEY_PASSWORD", "hunter2");

            assertThatThrownBy(() -> Scene.open(directory, valkey, probe, login))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("VALKEY_PASSWORD")
                    .hasMessageNotContaining("hunter2");
        }
    }
}
