package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.args.ClientType;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.params.ClientKillParams;
import redis.clients.jedis.params.ClientKillParams.SkipMe;
import redis.clients.jedis.params.XPendingParams;
import redis.clients.jedis.params.XReadGroupParams;
import redis.clients.jedis.resps.StreamEntry;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.queue.valkey.ValkeyTaskQueue;
import sg.aiverify.worker.testkit.gateway.Fault;
import sg.aiverify.worker.testkit.gateway.RunView;
import sg.aiverify.worker.testkit.gateway.SeenRequest;
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

    private void assertEachStoredOnceOf(List<String> runs) {
        assertThat(scene.gateway.breaches()).isEmpty();
        assertThat(scene.gateway.results()).extracting(StoredResult::runId).containsExactlyInAnyOrderElementsOf(runs);
    }

    private void assertEachStoredOnce(List<String> runs) {
        assertEachStoredOnceOf(runs);
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

    @Test
    void aDeliveryThatTheServerForgotAndRepeatsToItsWorkerIsReportedOnce() {
        AtomicInteger begun = new AtomicInteger();
        scene.step = run -> {
            int mine = begun.incrementAndGet();
            // Several times: a heartbeat in between may notice.
            if (mine <= 4) {
                forgetDeliveries();
                for (int i = 0; i < 40 && begun.get() == mine; i++) {
                    run.cancellation().sleep(Duration.ofMillis(50));
                }
            }
        };
        List<String> runs = scene.startRuns(1);
        scene.gateway.inject(Fault.delay(Duration.ofMillis(700))
                .on("POST", "/test_results/upload_zip")
                .times(100));

        scene.startWorker(Map.of("TEWORKER_CONCURRENCY", "4", "TEWORKER_LEASE_SECONDS", "60"));

        awaitAllDone(runs);
        assertEachStoredOnce(runs);
    }

    /** Does what a server does that crashes before its deliveries are on its disk. */
    private void forgetDeliveries() {
        try (Jedis jedis = scene.jedis()) {
            StreamEntryID entry =
                    jedis.xrange(ValkeyTaskQueue.STREAM, "-", "+").get(0).getID();
            Transaction crash = jedis.multi();
            crash.xack(ValkeyTaskQueue.STREAM, ValkeyTaskQueue.GROUP, entry);
            crash.xgroupSetID(ValkeyTaskQueue.STREAM, ValkeyTaskQueue.GROUP, new StreamEntryID(0, 0));
            crash.exec();
        }
    }

    @Test
    void aCancelOfOneOfManyRunsIsNoticedInTimeThoughTheGatewayIsSlowAndAllTellProgress() throws Exception {
        int many = 64;
        CountDownLatch running = new CountDownLatch(many);
        Set<String> stopped = ConcurrentHashMap.newKeySet();
        scene.step = run -> {
            running.countDown();
            try {
                for (int percent = 1; ; percent = percent % 99 + 1) {
                    run.progress(percent);
                    run.cancellation().sleep(Duration.ofMillis(200));
                }
            } finally {
                stopped.add(run.task().id());
            }
        };
        List<String> runs = scene.startRuns(many);
        scene.startWorker(Map.of("TEWORKER_CONCURRENCY", String.valueOf(many), "TEWORKER_LEASE_SECONDS", "60"));
        assertThat(running.await(60, TimeUnit.SECONDS)).isTrue();
        scene.gateway.inject(
                Fault.delay(Duration.ofSeconds(2)).on("PATCH", ".*").times(10_000));
        scene.gateway.inject(
                Fault.delay(Duration.ofSeconds(2)).on("GET", "/test_runs/.*").times(10_000));
        int requestsBefore = scene.gateway.requests().size();
        List<String> cancelled = runs.subList(0, 8);
        cancelled.forEach(scene.gateway::cancelRun);

        // The entry's absence is seen within 2 s, the gateway takes 2 s to tell what it means.
        await().atMost(Duration.ofSeconds(15)).until(() -> stopped.containsAll(cancelled));
        assertThat(stopped).hasSize(8);
        List<SeenRequest> since = scene.gateway
                .requests()
                .subList(requestsBefore, scene.gateway.requests().size());
        // Nobody asks about runs whose entry is there: that costs the gateway nothing.
        assertThat(since)
                .filteredOn(request -> request.method().equals("GET"))
                .allMatch(request -> cancelled.stream().anyMatch(request.path()::endsWith))
                .hasSizeLessThanOrEqualTo(2 * cancelled.size());
        scene.gateway.clearFaults();
        assertThat(scene.gateway.breaches()).isEmpty();
        assertThat(scene.gateway.results()).isEmpty();
    }

    @Test
    void runsThatTellProgressOftenDoNotFloodTheGateway() throws Exception {
        int many = 40;
        CountDownLatch running = new CountDownLatch(many);
        CountDownLatch end = new CountDownLatch(1);
        scene.step = run -> {
            running.countDown();
            for (int percent = 1; percent < 100 && end.getCount() > 0; percent++) {
                run.progress(percent);
                run.cancellation().sleep(Duration.ofMillis(100));
            }
            end.await();
        };
        List<String> runs = scene.startRuns(many);
        scene.startWorker(Map.of("TEWORKER_CONCURRENCY", String.valueOf(many)));
        assertThat(running.await(60, TimeUnit.SECONDS)).isTrue();
        long start = System.nanoTime();
        int before = scene.gateway.requests().size();
        await().pollDelay(Duration.ofSeconds(5)).atMost(LightScene.BOUND).until(() -> true);
        double seconds = (System.nanoTime() - start) / 1e9;
        int requests = scene.gateway.requests().size() - before;
        end.countDown();

        // All runs together 20 times a second, and each once at once.
        assertThat(requests / seconds).isLessThan(20 + many / seconds);
        awaitAllDone(runs);
        assertEachStoredOnce(runs);
    }

    @Test
    void afterAFlushRunsThatAreGoingReportOnceAndNewOnesAreTaken() throws Exception {
        CountDownLatch running = new CountDownLatch(3);
        CountDownLatch goOn = new CountDownLatch(1);
        scene.step = run -> {
            running.countDown();
            goOn.await();
        };
        List<String> runs = new ArrayList<>(scene.startRuns(3));
        List<String> backup = scene.payloads();
        scene.startWorker(Map.of("TEWORKER_CONCURRENCY", "8"));
        scene.startWorker(Map.of("TEWORKER_CONCURRENCY", "8"));
        assertThat(running.await(60, TimeUnit.SECONDS)).isTrue();

        try (Jedis jedis = scene.jedis()) {
            jedis.flushAll();
        }
        // Somebody restores what was lost, and the runs come a second time while the first ones go on.
        backup.forEach(scene::write);
        runs.addAll(scene.startRuns(2));
        await().atMost(LightScene.BOUND).until(() -> scene.executions.get() >= 8);
        goOn.countDown();

        awaitAllDone(runs);
        assertEachStoredOnce(runs);
    }

    @Test
    void connectionsThatAreCutLoseNothing() {
        AtomicInteger cuts = new AtomicInteger();
        scene.step = run -> {
            run.cancellation().sleep(Duration.ofMillis(300));
            try (Jedis jedis = scene.jedis()) {
                jedis.clientKill(new ClientKillParams().type(ClientType.NORMAL).skipMe(SkipMe.YES));
                cuts.incrementAndGet();
            } catch (JedisConnectionException e) {
                // Cut by another run at the same time.
                cuts.incrementAndGet();
            }
        };
        List<String> runs = scene.startRuns(12);
        scene.startWorker(Map.of("TEWORKER_CONCURRENCY", "3"));
        scene.startWorker(Map.of("TEWORKER_CONCURRENCY", "3"));

        awaitAllDone(runs);
        assertEachStoredOnce(runs);
        assertThat(cuts.get()).isGreaterThanOrEqualTo(12);
    }

    @Test
    void aPythonWorkerInTheGroupKeepsWhatItHoldsForAsLongAsItTakes() throws Exception {
        List<String> runs = new ArrayList<>(scene.startRuns(6));
        try (Jedis python = scene.jedis()) {
            // As it reads: one entry, no sign of life afterwards.
            StreamEntry held = python.xreadGroup(
                            ValkeyTaskQueue.GROUP,
                            "0f1d6a5e-4f0c-4b8e-9a53-5c1c0f5f7a11",
                            new XReadGroupParams().count(1),
                            Map.of(ValkeyTaskQueue.STREAM, StreamEntryID.XREADGROUP_UNDELIVERED_ENTRY))
                    .get(0)
                    .getValue()
                    .get(0);
            String heldRun = runs.remove(0);
            scene.startWorker(Map.of("TEWORKER_CONCURRENCY", "2", "TEWORKER_LEASE_SECONDS", "1"));
            scene.startWorker(Map.of("TEWORKER_CONCURRENCY", "2", "TEWORKER_LEASE_SECONDS", "1"));
            runs.forEach(run -> scene.gateway.awaitEnd(run, LightScene.BOUND));
            // Several leases, while its idle time grows and dead consumers are swept.
            await().atMost(LightScene.BOUND)
                    .until(() -> python.xpending(
                                            ValkeyTaskQueue.STREAM,
                                            ValkeyTaskQueue.GROUP,
                                            new XPendingParams()
                                                    .idle(4_000)
                                                    .start(StreamEntryID.MINIMUM_ID)
                                                    .end(StreamEntryID.MAXIMUM_ID)
                                                    .count(10))
                                    .size()
                            == 1);

            assertThat(scene.executions).hasValue(5);
            assertThat(scene.gateway.run(heldRun).orElseThrow().status()).isEqualTo(RunStatus.PENDING);
            assertThat(python.xack(ValkeyTaskQueue.STREAM, ValkeyTaskQueue.GROUP, held.getID()))
                    .as("acknowledged by the one who holds it")
                    .isEqualTo(1);
        }
        assertEachStoredOnceOf(runs);
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
