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
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.queue.VerdictClaim;
import sg.aiverify.worker.run.CancelReason;

/** Extends the leases of all deliveries in flight, and stops the runs whose delivery is lost or was cancelled. */
final class LeaseKeeper implements Runnable {
    private static final Logger log = LogManager.getLogger(LeaseKeeper.class);
    /** A cancel shows in the queue first: this bounds how long it goes unnoticed. */
    private static final Duration CANCEL_NOTICE = Duration.ofSeconds(2);

    private final TaskQueue queue;
    private final VanishedRuns vanished;
    private final QueueContact.Line contact;
    private final ConcurrentMap<Delivery, Flight> flights = new ConcurrentHashMap<>();
    private final Object none = new Object();

    LeaseKeeper(TaskQueue queue, VanishedRuns vanished, QueueContact.Line contact) {
        this.queue = queue;
        this.vanished = vanished;
        this.contact = contact;
    }

    /** Gives how often to run this. */
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
    boolean add(Delivery delivery, Flight flight) {
        return flights.compute(delivery, (same, going) -> going == null || going.isOver() ? flight : going) == flight;
    }

    void remove(Delivery delivery) {
        // Unless it was delivered anew since its run has ended.
        if (flights.computeIfPresent(delivery, (same, flight) -> flight.hasLanded() ? null : flight) == null) {
            vanished.forget(delivery);
        }
        synchronized (none) {
            none.notifyAll();
        }
    }

    /** Waits until no delivery is in flight; returns false if the time ran out before. */
    boolean awaitNone(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        synchronized (none) {
            while (!flights.isEmpty()) {
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
        return flights.size();
    }

    void stopAll(CancelReason reason) {
        flights.values().forEach(flight -> flight.stop(reason));
    }

    /** Extends all leases once. */
    @Override
    public void run() {
        // Even if there is none: to the queue it is the worker's sign of life.
        Map<Delivery, Flight> now = Map.copyOf(flights);
        try {
            Map<Delivery, LeaseState> states = queue.extend(now.keySet());
            contact.answered();
            states.forEach((delivery, state) -> heed(delivery, now.get(delivery), state));
        } catch (ServiceAwayException e) {
            contact.failed(e);
            log.debug("The leases of {} runs were not extended: {}", now.size(), e.getMessage());
        } catch (RuntimeException | Error e) { // A timer drops a task that throws.
            log.error("Leases were not extended", e);
        }
    }

    /** Gives the check of one delivery that is asked for right before its verdict. */
    LeaseCheck check(Delivery delivery, String runId, Flight flight) {
        return () -> {
            while (true) {
                long asked = System.nanoTime();
                VerdictClaim claim = queue.claim(delivery, runId);
                if (claim == VerdictClaim.LOST) {
                    log.warn("Its lease is lost: nothing is reported");
                    flight.stop(CancelReason.LEASE_LOST);
                    throw new RunCancelledException("the delivery " + delivery.id() + " is no longer this worker's");
                }
                // An answer that is old may be wrong by now: this process was stopped, perhaps.
                if (System.nanoTime() - asked < queue.lease().toNanos() / 2) {
                    return claim;
                }
                flight.phase().throwIfCancelled();
            }
        };
    }

    private void heed(Delivery delivery, Flight flight, LeaseState state) {
        if (flight.hasLanded()) {
            // The queue may have been told its end since it was asked.
            log.debug("The run of the entry {} has ended, its lease is {}", delivery.id(), state);
            return;
        }
        Runnable deed = switch (state) {
            case HELD -> () -> {};
            case LOST ->
                () -> {
                    try (var context = RunLog.of(delivery)) {
                        log.warn("Its lease is lost: the run is stopped and nothing is reported");
                    }
                    flight.stop(CancelReason.LEASE_LOST);
                };
            case DELETED -> () -> vanished.look(delivery, flight);
        };
        deed.run();
    }
}
