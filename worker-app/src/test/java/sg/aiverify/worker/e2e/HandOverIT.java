package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.testkit.gateway.ValkeyTaskSink;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;

/** Workers that stop or are killed during a run, and workers that recover the run. */
@Tag("slow")
class HandOverIT {
    @TempDir
    private Path directory;

    private Surroundings scene;

    @BeforeEach
    void open() {
        scene = new Surroundings(directory);
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @Test
    void sigtermLetsARunFinish() throws Exception {
        WorkerProcess worker = scene.worker("worker", Map.of());
        String run = scene.gateway.startRun(scene.sleeping(5));
        scene.awaitProgress(run);

        worker.terminate();
        await().atMost(Scene.PATIENCE).until(() -> worker.err().contains("Waiting up to 25 s for 1 run in"));
        String late = scene.gateway.startRun(scene.sleeping(1));

        assertThat(worker.exitCode()).isZero();
        scene.assertSucceededOnce(run);
        assertThat(worker.err()).contains("Received SIGTERM").endsWith("Stopped\n");
        assertThat(scene.gateway.run(late).orElseThrow().status()).isEqualTo(RunStatus.PENDING);
        assertThat(scene.probe.length(ValkeyTaskSink.STREAM)).isEqualTo(1);
        assertThat(scene.probe.pending()).isZero();
        assertThat(scene.gateway.breaches()).isEmpty();
    }

    @Test
    void aRunLongerThanTheGraceIsHandedBackAndAnotherWorkerDoesItWithoutASpentAttempt() throws Exception {
        WorkerProcess first =
                scene.worker("first", Map.of("TEWORKER_SHUTDOWN_GRACE_SECONDS", "1", "TEWORKER_LEASE_SECONDS", "600"));
        String run = scene.gateway.startRun(scene.sleeping(8));
        scene.awaitProgress(run);

        first.terminate();

        assertThat(first.exitCode()).isZero();
        assertThat(scene.gateway.run(run).orElseThrow().status()).isEqualTo(RunStatus.PENDING);
        assertThat(OsProcess.mentioning(scene.dataDirectory().toString())).isEmpty();
        scene.worker("second", Map.of("TEWORKER_MAX_ATTEMPTS", "1", "TEWORKER_LEASE_SECONDS", "600"));
        scene.assertSucceededOnce(run);
        scene.assertClean();
    }

    @Test
    void aTaskOfAKilledWorkerIsTakenOverAfterTheLeaseAndStoredOnce() throws Exception {
        WorkerProcess first = scene.worker("first", Map.of());
        String run = scene.gateway.startRun(scene.sleeping(8));
        scene.awaitProgress(run);
        WorkerProcess second = scene.worker("second", Map.of());

        first.kill();

        scene.assertSucceededOnce(run);
        scene.assertClean();
        assertThat(scene.gateway.results()).hasSize(1);
        second.terminate();
        assertThat(second.exitCode()).isZero();
        await().atMost(Scene.PATIENCE)
                .until(() ->
                        OsProcess.mentioning(scene.dataDirectory().toString()).isEmpty());
    }

    @Test
    void whatAnotherKindOfWorkerHoldsIsLeftAlone() throws Exception {
        String foreign = UUID.randomUUID().toString();
        scene.probe.call("XGROUP", "CREATE", ValkeyTaskSink.STREAM, ValkeyTaskSink.GROUP, "$", "MKSTREAM");
        String held = scene.gateway.startRun(scene.order(scene.algorithm(MisbehavingAlgorithm.ECHOES)));
        assertThat(scene.probe.call(
                        "XREADGROUP",
                        "GROUP",
                        ValkeyTaskSink.GROUP,
                        foreign,
                        "COUNT",
                        "1",
                        "STREAMS",
                        ValkeyTaskSink.STREAM,
                        ">"))
                .isNotNull();
        scene.worker("worker", Map.of());

        // several leases long
        String own = scene.gateway.startRun(scene.sleeping(7));
        scene.assertSucceededOnce(own);

        await().atMost(Scene.PATIENCE).until(() -> scene.probe.pending() == 1);
        List<?> pending = (List<?>) Objects.requireNonNull(
                scene.probe.call("XPENDING", ValkeyTaskSink.STREAM, ValkeyTaskSink.GROUP, "-", "+", "10"));
        assertThat((List<?>) pending.get(0)).element(1).isEqualTo(foreign);
        assertThat((List<?>) pending.get(0)).element(3).isEqualTo(1L);
        assertThat(scene.gateway.run(held).orElseThrow().status()).isEqualTo(RunStatus.PENDING);
        assertThat(scene.gateway.requests()).noneMatch(request -> request.path().endsWith(held));
        assertThat(scene.probe.length(ValkeyTaskSink.STREAM)).isEqualTo(1);
    }
}
