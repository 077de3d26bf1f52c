package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.queue.valkey.ValkeyTaskQueue;
import sg.aiverify.worker.testkit.gateway.Fault;
import sg.aiverify.worker.testkit.gateway.RunView;
import sg.aiverify.worker.testkit.gateway.StoredResult;

/** What becomes of runs when entries come twice, and servers come and go: counted at the gateway. */
@Timeout(180)
class DeliveryTest {
    @TempDir
    Path directory;

    private LightScene scene;

    @BeforeEach
    void open() {
        scene = new LightScene(directory);
    }

    @AfterEach
    void close() {
        scene.close();
    }

    private void awaitAllDone(List<String> runs) {
        runs.forEach(run -> scene.gateway.awaitEnd(run, LightScene.BOUND));
        await().atMost(LightScene.BOUND).untilAsserted(() -> {
            assertThat(scene.pending()).isZero();
            assertThat(scene.queued()).isZero();
        });
    }

    private void assertEachStoredOnce(List<String> runs) {
        assertThat(scene.gateway.breaches()).isEmpty();
        assertThat(scene.gateway.results()).extracting(StoredResult::runId).containsExactlyInAnyOrderElementsOf(runs);
        assertThat(scene.gateway.runs()).extracting(RunView::verdicts).containsOnly(List.of(RunStatus.SUCCESS));
    }

    @Test
    void runsWhoseEntriesAreThereTwiceAreStoredOnceThoughBothReportAtTheSameTime() {
        // Both deliveries of a run end at once, and the gateway is slow to store.
        CyclicBarrier both = new CyclicBarrier(2);
        scene.step = run -> meet(both);
        List<String> runs = scene.startRuns(6);
        scene.duplicateEntries();
        scene.gateway.inject(Fault.delay(Duration.ofMillis(700))
                .on("POST", "/test_results/upload_zip")
                .times(100));

        scene.startWorker(Map.of("TEWORKER_CONCURRENCY", "12"));
        scene.startWorker(Map.of("TEWORKER_CONCURRENCY", "12"));

        awaitAllDone(runs);
        assertEachStoredOnce(runs);
        assertThat(scene.executions.get()).isGreaterThan(6);
    }

    @Test
    void aGroupThatIsMadeAnewWhileRunsAreGoingStoresEachOnce() {
        CountDownLatch again = new CountDownLatch(6);
        CountDownLatch running = new CountDownLatch(3);
        scene.step = run -> {
            running.countDown();
            again.countDown();
            again.await(10, TimeUnit.SECONDS);
        };
        List<String> runs = scene.startRuns(3);
        scene.startWorker(Map.of("TEWORKER_CONCURRENCY", "3"));
        scene.startWorker(Map.of("TEWORKER_CONCURRENCY", "3"));
        await().atMost(LightScene.BOUND).until(() -> running.getCount() == 0);

        try (Jedis jedis = scene.jedis()) {
            jedis.xgroupDestroy(ValkeyTaskQueue.STREAM, ValkeyTaskQueue.GROUP);
        }

        awaitAllDone(runs);
        assertEachStoredOnce(runs);
    }

    private static void meet(CyclicBarrier barrier) throws InterruptedException {
        try {
            barrier.await(2, TimeUnit.SECONDS);
        } catch (BrokenBarrierException | TimeoutException e) {
            // The other one came too late, or its run is over.
            barrier.reset();
        }
    }
}
