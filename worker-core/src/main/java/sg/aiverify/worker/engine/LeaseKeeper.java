package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.ServiceAwayException;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.LeaseState;
import sg.aiverify.worker.queue.ReportRight;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.run.CancelReason;

/** Extends the leases of all deliveries in flight, and stops the runs whose delivery is lost or was cancelled. */
final class LeaseKeeper implements Runnable {
    private static final Logger log = LogManager.getLogger(LeaseKeeper.class);
    /** A cancel shows in the queue first: this bounds how long it goes unnoticed. */
    private static final Duration CANCEL_NOTICE = Duration.ofSeconds(2);

    private final TaskQueue queue;
    private final CancelDetector cancels;
    private final QueueHealth.Client health;
    private final ConcurrentMap<Delivery, StopSignal> attempts = new ConcurrentHashMap<>();
    private final Object none = new Object();

    LeaseKeeper(TaskQueue queue, CancelDetector cancels, QueueHealth.Client health) {
        this.queue = queue;
        this.cancels = cancels;
        this.health = health;
    }

    /** Returns how often to run this. */
    Duration interval() {
        Duration third = queue.lease().dividedBy(3);
        return third.compareTo(CANCEL_NOTICE) < 0 ? third : CANCEL_NOTICE;
    }

    /**
     * Keeps the lease of a delivery.
     *
     * @return false if its run is going on here already: a server that lost its newest data delivers what it has
     *     delivered to the same worker, under the same count, and the fence could not tell the two apart
     */
    boolean add(Delivery delivery, StopSignal stop) {
        return attempts.compute(delivery, (same, going) -> going == null || going.isOver() ? stop : going) == stop;
    }

    void remove(Delivery delivery) {
        // Unless it was delivered anew since its run has ended.
        attempts.computeIfPresent(delivery, (same, stop) -> stop.hasEnded() ? null : stop);
        synchronized (none) {
            none.notifyAll();
        }
    }

    /** Waits until no delivery is in flight; returns false if the time ran out before. */
    boolean awaitNone(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        synchronized (none) {
            while (!attempts.isEmpty()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(none, left);
            }
        }
        return true;
    }

    int count() {
        return attempts.size();
    }

    void stopAll(CancelReason reason) {
        attempts.values().forEach(stop -> stop.stop(reason));
    }

    /** Extends all leases once. */
    @Override
    public void run() {
        // Even if there is none: to the queue it is the worker's sign of life.
        Map<Delivery, StopSignal> now = Map.copyOf(attempts);
        cancels.keepOnly(now.values());
        try {
            Map<Delivery, LeaseState> states = queue.extend(now.keySet());
            health.answered();
            states.forEach((delivery, state) -> heed(delivery, now.get(delivery), state));
        } catch (ServiceAwayException e) {
            health.failed(e);
            log.debug("The leases of {} runs were not extended: {}", now.size(), e.getMessage());
        } catch (RuntimeException | Error e) { // A timer drops a task that throws.
            log.error("Leases were not extended", e);
        }
    }

    /** Returns what asks, right before a report, whether a delivery has the right to it. */
    ReportGuard guard(Delivery delivery, String runId, StopSignal stop) {
        return () -> acquireReportRight(delivery, runId, stop);
    }

    private ReportRight acquireReportRight(Delivery delivery, String runId, StopSignal stop) {
        while (true) {
            long asked = System.nanoTime();
            ReportRight right = queue.acquireReportRight(delivery, runId);
            if (right == ReportRight.LOST) {
                log.warn("Its lease is lost: nothing is reported");
                stop.stop(CancelReason.LEASE_LOST);
                throw new RunCancelledException("the delivery " + delivery.id() + " is no longer this worker's");
            }
            // An answer that is old may be wrong by now: this process was stopped, perhaps.
            if (System.nanoTime() - asked < queue.lease().toNanos() / 2) {
                return right;
            }
            stop.phase().throwIfCancelled();
        }
    }

    private void heed(Delivery delivery, StopSignal stop, LeaseState state) {
        if (stop.hasEnded()) {
            // The end may have been reported to the queue since it was asked.
            log.debug("The run of the entry {} has ended, its lease is {}", delivery.id(), state);
            return;
        }
        Runnable reaction = switch (state) { // an expression: it must not compile while a state is missing
            case HELD -> () -> {};
            case LOST -> () -> stopLost(delivery, stop);
            case DELETED -> () -> cancels.look(delivery, stop);
        };
        reaction.run();
    }

    private static void stopLost(Delivery delivery, StopSignal stop) {
        try (var context = RunLog.of(delivery)) {
            log.warn("Its lease is lost: the run is stopped and nothing is reported");
        }
        stop.stop(CancelReason.LEASE_LOST);
    }
}
