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
     * @return false if the run is already in progress here and may still report. This happens if the server has lost
     *     its newest data. It then redelivers the entry with the same delivery count, so the queue cannot distinguish
     *     the two deliveries
     */
    boolean add(Delivery delivery, StopSignal stop) {
        return runs.compute(delivery, (same, before) -> before == null || before.isOver() ? stop : before) == stop;
    }

    /** Removes a delivery that is settled, or whose lease will expire. */
    void remove(Delivery delivery) {
        // A delivery that was redelivered after the end of its run stays.
        runs.computeIfPresent(delivery, (same, stop) -> stop.hasEnded() ? null : stop);
        synchronized (none) {
            none.notifyAll();
        }
    }

    /** Waits until no run is in progress. Returns false if runs are still in progress when the time has passed. */
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

    /** Lists the names of a few runs in progress, and the number of the others. */
    String names() {
        String names = runs.keySet().stream().map(RunLog::name).limit(MAX_NAMES).collect(Collectors.joining(", "));
        int more = runs.size() - MAX_NAMES;
        return more > 0 ? names + " and " + more + " more" : names;
    }

    /** Returns the runs in progress. */
    Map<Delivery, StopSignal> copy() {
        return Map.copyOf(runs);
    }

    void stopAll(CancelReason reason) {
        runs.values().forEach(stop -> stop.stop(reason));
    }
}
