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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
import redis.clients.jedis.params.XClaimParams;
import redis.clients.jedis.params.XReadGroupParams;
import redis.clients.jedis.resps.StreamEntry;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.queue.valkey.internal.ValkeyTaskQueue;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.testkit.gateway.Fault;
import sg.aiverify.worker.testkit.gateway.RunView;
import sg.aiverify.worker.testkit.gateway.SeenRequest;
import sg.aiverify.worker.testkit.gateway.StoredResult;

/** Counts results at the gateway when entries are delivered twice and servers stop and start. */
@Timeout(180)
class DeliveryTest {
    private static final String PYTHON = "0f1d6a5e-4f0c-4b8e-9a53-5c1c0f5f7a11";

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
        assertThat(scene.gateway.runs()).extracting(RunView::ends).containsOnly(List.of(RunStatus.SUCCESS));
    }

    @Test
    void runsWithDuplicateEntriesAreStoredOnceThoughBothReportAtTheSameTime() {
        // Both deliveries of a run end at the same time, and the gateway stores results slowly.
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
    void aGroupThatIsRecreatedDuringRunsStoresEachOnce() {
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
        // Heartbeats as in production: between two of them, the server redelivers.
        Waiting brief = scene.waiting;
        scene.waiting = (reason, planned) -> reason == Waiting.Reason.INTERVAL ? planned : brief.lasts(reason, planned);
        scene.step = run -> {
            int mine = begun.incrementAndGet();
            // Several times, since a heartbeat in between may notice it.
            if (mine <= 4) {
                forgetDeliveries();
                while (begun.get() == mine && scene.pending() == 0) {
                    run.cancellation().sleep(Duration.ofMillis(20));
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

    /** Acts like a server that crashes before its deliveries are on disk. */
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
    void aCancelOfOneOfManyRunsIsNoticedInTimeThoughTheGatewayIsSlowAndAllReportProgress() throws Exception {
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
        Duration slow = Duration.ofMillis(500);
        scene.gateway.inject(Fault.delay(slow).on("PATCH", ".*").times(10_000));
        scene.gateway.inject(Fault.delay(slow).on("GET", "/test_runs/.*").times(10_000));
        int requestsBefore = scene.gateway.requests().size();
        List<String> cancelled = runs.subList(0, 8);
        cancelled.forEach(scene.gateway::cancelRun);

        await().atMost(LightScene.BOUND).until(() -> stopped.containsAll(cancelled));
        assertThat(stopped).hasSize(8);
        List<SeenRequest> since = scene.gateway
                .requests()
                .subList(requestsBefore, scene.gateway.requests().size());
        // A query about a cancel does not wait behind the progress reports.
        assertThat(since)
                .filteredOn(request -> request.method().equals("PATCH"))
                .hasSizeLessThan(many / 2);
        // There are no queries about runs whose entry exists, so they cost the gateway nothing.
        assertThat(since)
                .filteredOn(request -> request.method().equals("GET"))
                .allMatch(request -> cancelled.stream().anyMatch(request.path()::endsWith))
                .hasSizeLessThanOrEqualTo(2 * cancelled.size());
        scene.gateway.clearFaults();
        assertThat(scene.gateway.breaches()).isEmpty();
        assertThat(scene.gateway.results()).isEmpty();
    }

    @Test
    void runsThatReportProgressOftenDoNotFloodTheGateway() throws Exception {
        int many = 60;
        // At most 20 reports a second for all runs together, and the first of each run at once.
        Duration between = Duration.ofSeconds(many / 20);
        AtomicInteger pauses = new AtomicInteger();
        Waiting brief = scene.waiting;
        scene.waiting = (reason, planned) -> {
            if (planned.equals(between)) {
                pauses.incrementAndGet();
            }
            return brief.lasts(reason, planned);
        };
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
        int before = scene.gateway.requests().size();
        int pausesBefore = pauses.get();
        await().atMost(LightScene.BOUND).until(() -> scene.gateway.requests().size() >= before + 2 * many);
        int requests = scene.gateway.requests().size() - before;
        int pausesSince = pauses.get() - pausesBefore;
        end.countDown();

        // Each request is followed by a pause of its run, except for requests in progress.
        assertThat(requests).isLessThanOrEqualTo(pausesSince + many);
        awaitAllDone(runs);
        assertEachStoredOnce(runs);
    }

    @Test
    void retriesAtTheGatewayPauseForAsLongAsTheWorkerIsConfigured() {
        List<Duration> retries = new CopyOnWriteArrayList<>();
        Waiting brief = scene.waiting;
        scene.waiting = (reason, planned) -> {
            if (reason == Waiting.Reason.RETRY) {
                retries.add(planned);
            }
            return brief.lasts(reason, planned);
        };
        scene.gateway.inject(Fault.respond(503).on("GET", "/storage/models/.*").times(2));
        List<String> runs = scene.startRuns(1);

        scene.startWorker(Map.of());

        awaitAllDone(runs);
        assertEachStoredOnce(runs);
        assertThat(retries).hasSize(2);
        assertThat(retries.get(0)).isBetween(Duration.ofMillis(100), Duration.ofMillis(300));
        assertThat(retries.get(1)).isBetween(Duration.ofMillis(200), Duration.ofMillis(600));
    }

    @Test
    void afterAFlushRunsInProgressReportOnceAndNewOnesAreTaken() throws Exception {
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
        // The lost entries are restored, so the runs are delivered again while the first ones continue.
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
            run.cancellation().sleep(Duration.ofMillis(100));
            try (Jedis jedis = scene.jedis()) {
                jedis.clientKill(new ClientKillParams().type(ClientType.NORMAL).skipMe(SkipMe.YES));
                cuts.incrementAndGet();
            } catch (JedisConnectionException e) {
                // Closed by another run at the same time.
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
    void aPythonWorkerInTheGroupKeepsItsEntryForAsLongAsItTakes() throws Exception {
        List<String> runs = new ArrayList<>(scene.startRuns(6));
        try (Jedis python = scene.jedis()) {
            // A worker that reads one entry, and sends no heartbeat after that.
            StreamEntry held = python.xreadGroup(
                            ValkeyTaskQueue.GROUP,
                            PYTHON,
                            new XReadGroupParams().count(1),
                            Map.of(ValkeyTaskQueue.STREAM, StreamEntryID.XREADGROUP_UNDELIVERED_ENTRY))
                    .get(0)
                    .getValue()
                    .get(0);
            String heldRun = runs.remove(0);
            scene.startWorker(Map.of("TEWORKER_CONCURRENCY", "2", "TEWORKER_LEASE_SECONDS", "1"));
            scene.startWorker(Map.of("TEWORKER_CONCURRENCY", "2", "TEWORKER_LEASE_SECONDS", "1"));
            runs.forEach(run -> scene.gateway.awaitEnd(run, LightScene.BOUND));
            // Held for an hour, while the others check for expired leases and dead consumers.
            python.xclaimJustId(
                    ValkeyTaskQueue.STREAM,
                    ValkeyTaskQueue.GROUP,
                    PYTHON,
                    0,
                    new XClaimParams().idle(Duration.ofHours(1).toMillis()),
                    held.getID());
            int checks = checks(python);
            await().atMost(LightScene.BOUND).until(() -> checks(python) >= checks + 6);

            assertThat(scene.executions).hasValue(5);
            assertThat(scene.gateway.run(heldRun).orElseThrow().status()).isEqualTo(RunStatus.PENDING);
            assertThat(python.xack(ValkeyTaskQueue.STREAM, ValkeyTaskQueue.GROUP, held.getID()))
                    .as("acknowledged by the one who holds it")
                    .isEqualTo(1);
        }
        assertEachStoredOnceOf(runs);
    }

    /** Counts how often workers have listed the consumers of the group. */
    private static int checks(Jedis jedis) {
        Matcher calls =
                Pattern.compile("cmdstat_xinfo(?:\\|consumers)?:calls=(\\d+)").matcher(jedis.info("commandstats"));
        return calls.find() ? Integer.parseInt(calls.group(1)) : 0;
    }

    private static void meet(CyclicBarrier barrier) throws InterruptedException {
        try {
            barrier.await(2, TimeUnit.SECONDS);
        } catch (BrokenBarrierException | TimeoutException e) {
            // The other delivery was too late, or its run had ended.
            barrier.reset();
        }
    }
}
