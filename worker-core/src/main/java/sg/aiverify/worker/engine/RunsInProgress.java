package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.run.CancelReason;

/** The deliveries that this worker has received and not yet settled, each with what stops its run. Thread-safe. */
final class RunsInProgress {
    private static final int MOST_NAMES = 5;

    private final ConcurrentMap<Delivery, StopSignal> runs = new ConcurrentHashMap<>();
    private final Object none = new Object();

    /**
     * Adds a delivery, whose lease is extended from now on.
     *
     * @return false if its run is in progress here already, and still may report. A server that lost its newest data
     *     delivers once more, under the same count, so that the queue could not tell the two deliveries apart
     */
    boolean add(Delivery delivery, StopSignal stop) {
        return runs.compute(delivery, (same, before) -> before == null || before.isOver() ? stop : before) == stop;
    }

    /** Removes a delivery that is settled, or whose lease is to run out. */
    void remove(Delivery delivery) {
        // Unless it was delivered anew since its run has ended.
        runs.computeIfPresent(delivery, (same, stop) -> stop.hasEnded() ? null : stop);
        synchronized (none) {
            none.notifyAll();
        }
    }

    /** Waits until there is none; returns false if the time ran out before. */
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

    /** Names the runs of this moment, but no more than a few. */
    String names() {
        String names =
                runs.keySet().stream().map(RunLog::name).limit(MOST_NAMES).collect(Collectors.joining(", "));
        int more = runs.size() - MOST_NAMES;
        return more > 0 ? names + " and " + more + " more" : names;
    }

    /** Returns the runs of this moment. */
    Map<Delivery, StopSignal> copy() {
        return Map.copyOf(runs);
    }

    void stopAll(CancelReason reason) {
        runs.values().forEach(stop -> stop.stop(reason));
    }
}
