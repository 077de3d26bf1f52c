package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.run.CancelReason;

/** The unsettled deliveries of this worker, each with the stop signal of its run. Thread-safe. */
final class RunsInProgress {
    private static final int MAX_NAMES = 5;

    private final ConcurrentMap<Delivery, StopSignal> runs = new ConcurrentHashMap<>();
    private final Object none = new Object();

    /**
     * Adds a delivery. Its lease is extended from now on.
     *
     * @return false if the run is already in progress here and may still report. A server that lost its newest data
     *     redelivers with the same delivery count, so the queue could not distinguish the two deliveries
     */
    boolean add(Delivery delivery, StopSignal stop) {
        return runs.compute(delivery, (same, before) -> before == null || before.isOver() ? stop : before) == stop;
    }

    /** Removes a delivery that is settled, or whose lease will expire. */
    void remove(Delivery delivery) {
        // Unless it was redelivered after its run ended.
        runs.computeIfPresent(delivery, (same, stop) -> stop.hasEnded() ? null : stop);
        synchronized (none) {
            none.notifyAll();
        }
    }

    /** Waits until no run is in progress; returns false if the time runs out before. */
    boolean awaitNone(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        synchronized (none) {
            while (!runs.isEmpty()) {
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
        return runs.size();
    }

    /** Lists the names of the current runs, but not more than a few. */
    String names() {
        String names = runs.keySet().stream().map(RunLog::name).limit(MAX_NAMES).collect(Collectors.joining(", "));
        int more = runs.size() - MAX_NAMES;
        return more > 0 ? names + " and " + more + " more" : names;
    }

    /** Returns the current runs. */
    Map<Delivery, StopSignal> copy() {
        return Map.copyOf(runs);
    }

    void stopAll(CancelReason reason) {
        runs.values().forEach(stop -> stop.stop(reason));
    }
}
