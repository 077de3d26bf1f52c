package sg.aiverify.worker.chaos;

import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.awaitility.core.ConditionTimeoutException;
import sg.aiverify.worker.chaos.Ledger.Expected;
import sg.aiverify.worker.e2e.OsProcess;

/** Executes one plan on several workers, waits until they have recovered, and counts the results. */
final class Experiment {
    private static final Logger log = LogManager.getLogger(Experiment.class);
    private static final Duration WORKER_STOPS = Duration.ofSeconds(60);
    private static final Duration TREE_ENDS = Duration.ofSeconds(15);

    private final long seed;
    private final int runs;
    private final boolean light;
    private final Path directory;

    Experiment(long seed, int runs, boolean light, Path directory) {
        this.seed = seed;
        this.runs = runs;
        this.light = light;
        this.directory = directory;
    }

    Verdict run() throws Exception {
        Verdict verdict = new Verdict();
        ExecutorService threads = Executors.newCachedThreadPool();
        try (Scenery scenery = new Scenery(directory, Options.WORKERS, 192, light, Map.of())) {
            for (WorkerSlot worker : scenery.workers) {
                worker.start();
            }
            Set<FaultKind> kinds = Options.kinds();
            if (!scenery.disk.canBeFilled()) {
                kinds.remove(FaultKind.DISK_FULL);
            }
            Plan plan = Plan.of(seed, runs, kinds);
            play(scenery, plan, threads, verdict);
            scenery.gateway.clearFaults();
            settle(scenery, verdict);
            for (WorkerSlot worker : scenery.workers) {
                if (!worker.stop(WORKER_STOPS)) {
                    verdict.crashes.add("a worker did not end within " + WORKER_STOPS + " of SIGTERM");
                }
            }
            orphans(scenery, verdict);
            new Audit(scenery).count(verdict);
        } finally {
            threads.shutdownNow();
        }
        return verdict;
    }

    private void play(Scenery scenery, Plan plan, ExecutorService threads, Verdict verdict) throws Exception {
        Injector injector = new Injector(scenery);
        long start = System.nanoTime();
        List<Future<?>> going = new ArrayList<>();
        for (Plan.Order order : plan.orders()) {
            going.add(threads.submit(() -> {
                awaitMoment(start, order.atMillis());
                scenery.ledger.expect(scenery.order(order.runMillis()), Expected.SUCCESS);
                return null;
            }));
        }
        for (Plan.Event event : plan.faults()) {
            awaitMoment(start, event.atMillis());
            log.info("{}", event);
            verdict.faults.merge(event.kind(), 1, Integer::sum);
            going.add(threads.submit(() -> {
                injector.inject(event);
                return null;
            }));
        }
        for (Future<?> each : going) {
            try {
                each.get();
            } catch (ExecutionException e) {
                throw new AssertionError("the harness failed", e.getCause());
            }
        }
        if (injector.unstoppable() > 0) {
            verdict.crashes.add(injector.unstoppable() + " workers did not end in time after SIGTERM");
        }
    }

    private static void awaitMoment(long start, long millis) throws InterruptedException {
        long left = millis - (System.nanoTime() - start) / 1_000_000;
        if (left > 0) {
            Thread.sleep(left);
        }
    }

    private void settle(Scenery scenery, Verdict verdict) {
        long end = System.nanoTime();
        try {
            await().atMost(Options.PATIENCE)
                    .pollInterval(Duration.ofMillis(200))
                    .ignoreExceptions()
                    .until(() -> {
                        for (WorkerSlot worker : scenery.workers) {
                            if (worker.revive()) {
                                verdict.crashes.add("a worker ended by itself");
                            }
                        }
                        return new Audit(scenery).isSettled();
                    });
        } catch (ConditionTimeoutException e) {
            log.info("Not settled within {}", Options.PATIENCE);
        }
        verdict.recovery = Duration.ofNanos(System.nanoTime() - end);
    }

    private static void orphans(Scenery scenery, Verdict verdict) {
        String place = scenery.disk.directory().toString();
        try {
            await().atMost(TREE_ENDS).until(() -> OsProcess.mentioning(place).isEmpty());
        } catch (ConditionTimeoutException e) {
            OsProcess.mentioning(place).forEach(process -> verdict.orphans.add(process.toString()));
        }
    }
}
