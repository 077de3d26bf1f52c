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

/** Extends the leases of all runs in progress, and stops runs that lost their lease or were cancelled. */
final class LeaseKeeper implements Runnable {
    private static final Logger log = LogManager.getLogger(LeaseKeeper.class);
    /**
     * The longest interval between lease extensions. They also detect removed entries, so it limits the time until a
     * cancel is noticed.
     */
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

    /** Returns the interval between lease extensions. */
    Duration interval() {
        Duration third = queue.lease().dividedBy(3);
        return third.compareTo(CANCEL_NOTICE) < 0 ? third : CANCEL_NOTICE;
    }

    /** Extends all leases once. */
    @Override
    public void run() {
        // Sent even if no run is in progress, since the queue takes the request as the worker's heartbeat.
        Map<Delivery, StopSignal> now = runs.copy();
        cancels.keepOnly(now.values());
        try {
            Map<Delivery, LeaseState> states = queue.extend(now.keySet());
            health.responded();
            states.forEach((delivery, state) -> react(delivery, now.get(delivery), state));
        } catch (ServiceUnavailableException e) {
            health.failed(e);
            log.debug("Could not extend the leases of {} runs: {}", now.size(), e.getMessage());
        } catch (RuntimeException | Error e) { // An exception would end the periodic task.
            log.error("Could not extend the leases of runs", e);
        }
    }

    private void react(Delivery delivery, StopSignal stop, LeaseState state) {
        if (stop.hasEnded()) {
            // The delivery may have been settled after the request was sent.
            log.debug("The run of the entry {} has ended, its lease is {}", delivery.id(), state);
            return;
        }
        Runnable reaction = switch (state) { // A switch expression, so that a missing state is a compile error.
            case HELD -> () -> {};
            case LOST -> () -> stopLost(delivery, stop);
            case DELETED -> () -> cancels.check(delivery, stop);
        };
        reaction.run();
    }

    private static void stopLost(Delivery delivery, StopSignal stop) {
        try (var context = RunLog.of(delivery)) {
            log.warn("The run's lease is lost: stopping the run, nothing is reported");
        }
        stop.stop(CancelReason.LEASE_LOST);
    }
}
