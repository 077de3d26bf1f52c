package sg.aiverify.worker.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.chaos.Ledger.Expected;
import sg.aiverify.worker.chaos.Plan.Event;
import sg.aiverify.worker.gateway.RunStatus;

/**
 * One worker with a small heap executes many runs under mild faults, and uses no more resources at the end than before.
 * The test takes minutes, so it only runs if {@code -Dsoak.runs} is set to the number of runs.
 */
@Tag("slow")
class SoakIT {
    private static final int RUNS = Options.number("soak.runs", 0);
    private static final int WARM_UP = Math.max(200, RUNS / 10);
    private static final int HEAP_MEGABYTES = 48;
    private static final int AT_ONCE = 16;
    private static final int FAULT_EVERY = 100;
    /** Threads and connections come and go: some more or less means nothing, one for each run does. */
    private static final int SOME = 40;

    /** Each pooled connection has two buffers and some 50 objects; they are not all there at first. */
    private static final long SOME_BYTES = 4 * 1024 * 1024;

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    /** Idle threads and connections end after a minute. */
    private static final Duration SETTLING = Duration.ofSeconds(90);

    private static final List<FaultKind> MILD = List.of(
            FaultKind.CONNECTIONS_CUT,
            FaultKind.CLIENTS_KILLED,
            FaultKind.GATEWAY_ERRORS,
            FaultKind.REQUEST_UNREAD,
            FaultKind.REQUEST_DROPPED,
            FaultKind.ANSWER_LOST,
            FaultKind.CANCELLED_AT_ONCE,
            FaultKind.CANCELLED_AT_START,
            FaultKind.POISON_WITHOUT_ID,
            FaultKind.POISON_WITH_ID);

    @TempDir
    private Path directory;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @TestFactory
    Stream<DynamicTest> afterManyRunsAWorkerTakesNoMoreThanBefore() {
        return Stream.of(RUNS)
                .filter(runs -> runs > 0)
                .map(runs -> DynamicTest.dynamicTest(runs + " runs", this::soak));
    }

    private void soak() throws Exception {
        try (Scenery scenery = new Scenery(
                directory, 1, HEAP_MEGABYTES, true, Map.of("TEWORKER_CONCURRENCY", String.valueOf(AT_ONCE)))) {
            WorkerSlot worker = scenery.workers.get(0);
            worker.start();
            long pid = worker.pid();
            play(scenery, WARM_UP, 1);
            Files.createDirectories(Options.REPORTS);
            Footprint before = Footprint.of(pid, scenery.disk.directory(), Options.REPORTS.resolve("heap-before.txt"));

            play(scenery, RUNS, 2);

            await().atMost(SETTLING).pollInterval(Duration.ofSeconds(5)).untilAsserted(() -> {
                Footprint after =
                        Footprint.of(pid, scenery.disk.directory(), Options.REPORTS.resolve("heap-after.txt"));
                ChaosIT.print("soak: " + RUNS + " runs; before " + before + ", after " + after);
                assertThat(after.threads()).isLessThanOrEqualTo(before.threads() + SOME);
                assertThat(after.handles()).isLessThanOrEqualTo(before.handles() + SOME);
                assertThat(after.diskEntries()).isLessThanOrEqualTo(before.diskEntries() + SOME);
                assertThat(after.liveObjects()).isLessThan(before.liveObjects() + RUNS);
                assertThat(after.liveBytes()).isLessThanOrEqualTo(before.liveBytes() + SOME_BYTES);
            });
            Verdict verdict = new Verdict();
            new Audit(scenery).count(verdict);
            ChaosIT.print("soak: " + verdict);
            assertThat(verdict.isClean()).as("%s", verdict).isTrue();
        } finally {
            threads.shutdownNow();
        }
    }

    /** Keeps some runs going with a fault now and then, and waits until all are over. */
    private void play(Scenery scenery, int runs, long seed) throws Exception {
        Injector injector = new Injector(scenery);
        Random random = new Random(seed);
        Semaphore going = new Semaphore(4 * AT_ONCE);
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < runs; i++) {
            going.acquire();
            all.add(threads.submit(() -> {
                String run = scenery.order(5);
                scenery.ledger.expect(run, Expected.SUCCESS);
                scenery.gateway.await(run, PATIENCE, "end", view -> view.status() != RunStatus.PENDING);
                going.release();
                return null;
            }));
            if (i % FAULT_EVERY == 0) {
                Event fault = new Event(i, MILD.get(random.nextInt(MILD.size())), random.nextLong());
                all.add(threads.submit(() -> {
                    injector.inject(fault);
                    return null;
                }));
            }
        }
        for (Future<?> each : all) {
            each.get();
        }
        scenery.gateway.clearFaults();
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptions()
                .until(() -> new Audit(scenery).isSettled());
    }
}
