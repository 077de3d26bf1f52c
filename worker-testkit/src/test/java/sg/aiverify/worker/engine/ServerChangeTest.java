package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import sg.aiverify.worker.queue.valkey.internal.ValkeyTaskQueue;
import sg.aiverify.worker.testkit.gateway.StoredResult;
import sg.aiverify.worker.testkit.valkey.EmbeddedValkey;

/** Valkey servers crash during runs. The tasks that the next server knows are completed, and none of them twice. */
@Timeout(120)
class ServerChangeTest {
    @TempDir
    Path directory;

    private final CountDownLatch running = new CountDownLatch(3);
    private final CountDownLatch goOn = new CountDownLatch(1);

    private void hold(LightScene scene) {
        scene.step = run -> {
            running.countDown();
            goOn.await();
        };
    }

    private static void assertDone(LightScene scene, EmbeddedValkey valkey, List<String> runs) {
        runs.forEach(run -> scene.gateway.awaitEnd(run, LightScene.BOUND));
        assertThat(scene.gateway.breaches()).isEmpty();
        assertThat(scene.gateway.results()).extracting(StoredResult::runId).containsExactlyInAnyOrderElementsOf(runs);
        try (Jedis jedis = new Jedis(valkey.host(), valkey.port())) {
            await().atMost(LightScene.BOUND).untilAsserted(() -> {
                assertThat(jedis.xlen(ValkeyTaskQueue.STREAM)).isZero();
                assertThat(jedis.xpending(ValkeyTaskQueue.STREAM, ValkeyTaskQueue.GROUP)
                                .getTotal())
                        .isZero();
            });
        }
    }

    @Test
    void aServerThatCrashesAndRestartsWithItsDataLosesNothing() throws Exception {
        EmbeddedValkey valkey =
                EmbeddedValkey.builder().keepDataIn(directory.resolve("valkey")).start();
        try (LightScene scene = new LightScene(directory, valkey)) {
            hold(scene);
            List<String> runs = scene.startRuns(6);
            scene.startWorker(Map.of("TEWORKER_CONCURRENCY", "3"));
            assertThat(running.await(60, TimeUnit.SECONDS)).isTrue();

            valkey.kill();
            goOn.countDown();
            valkey.restart();

            assertDone(scene, valkey, runs);
            assertThat(scene.executions).as("no run began twice").hasValue(6);
        }
    }

    @Test
    void aWorkerThatStartsBeforeItsServerWaitsForIt() throws Exception {
        EmbeddedValkey valkey =
                EmbeddedValkey.builder().keepDataIn(directory.resolve("valkey")).start();
        try (LightScene scene = new LightScene(directory, valkey)) {
            List<String> runs = scene.startRuns(2);
            valkey.kill();

            scene.startWorker(Map.of());
            valkey.restart();

            assertDone(scene, valkey, runs);
        }
    }

    @Test
    void aWorkerContinuesWithAPromotedReplicaAtTheSameAddress() throws Exception {
        // By default, the primary waits 5 s for other replicas before it sends its data.
        EmbeddedValkey primary =
                EmbeddedValkey.builder().option("repl-diskless-sync-delay", "0").start();
        try (EmbeddedValkey replica = EmbeddedValkey.start();
                Jedis onReplica = new Jedis(replica.host(), replica.port());
                SwitchedRoute route = new SwitchedRoute(primary.port());
                LightScene scene = new LightScene(directory, primary)) {
            onReplica.replicaof(primary.host(), primary.port());
            hold(scene);
            List<String> runs = scene.startRuns(6);
            scene.startWorker(Map.of("TEWORKER_CONCURRENCY", "3", "VALKEY_PORT", String.valueOf(route.port())));
            assertThat(running.await(60, TimeUnit.SECONDS)).isTrue();
            await().atMost(LightScene.BOUND).ignoreExceptions().untilAsserted(() -> {
                assertThat(onReplica.xlen(ValkeyTaskQueue.STREAM)).isEqualTo(6);
                assertThat(onReplica
                                .xpending(ValkeyTaskQueue.STREAM, ValkeyTaskQueue.GROUP)
                                .getTotal())
                        .isEqualTo(3);
            });

            // For a while, the route leads to a server that is still read-only.
            route.leadTo(replica.port());
            primary.kill();
            onReplica.replicaofNoOne();
            goOn.countDown();

            assertDone(scene, replica, runs);
        }
    }
}
