package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.Map;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.LeaseState;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.run.CancelReason;

/** Extends the leases of all runs in progress, and stops those whose lease is lost or that were cancelled. */
final class LeaseKeeper implements Runnable {
    private static final Logger log = LogManager.getLogger(LeaseKeeper.class);
    /** A cancel shows in the queue first: this bounds how long it goes unnoticed. */
    private static final Duration CANCEL_NOTICE = Duration.ofSeconds(2);

    private final TaskQueue queue;
    private final RunsInProgress runs;
    private final CancelDetector cancels;
    private final QueueHealth.Client health;

    LeaseKeeper(TaskQueue queue, RunsInProgress runs, CancelDetector cancels, QueueHealth.Client health) {
        this.queue = queue;
        this.runs = runs;
        this.cancels = cancels;
        this.health = health;
    }

    /** Returns how often to run this. */
    Duration interval() {
        Duration third = queue.lease().dividedBy(3);
        return third.compareTo(CANCEL_NOTICE) < 0 ? third : CANCEL_NOTICE;
    }

    /** Extends all leases once. */
    @Override
    public void run() {
        // Even if there is none: to the queue it is the worker's sign of life.
        Map<Delivery, StopSignal> now = runs.copy();
        cancels.keepOnly(now.values());
        try {
            Map<Delivery, LeaseState> states = queue.extend(now.keySet());
            health.answered();
            states.forEach((delivery, state) -> heed(delivery, now.get(delivery), state));
        } catch (ServiceUnavailableException e) {
            health.failed(e);
            log.debug("The leases of {} runs were not extended: {}", now.size(), e.getMessage());
        } catch (RuntimeException | Error e) { // A timer drops a task that throws.
            log.error("Leases were not extended", e);
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
