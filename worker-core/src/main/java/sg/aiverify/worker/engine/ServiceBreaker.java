package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import sg.aiverify.worker.failure.ServiceAwayException;

/**
 * Keeps new tasks out while some run waits for a service that is away, and knows which services fail runs that do not
 * wait for them. Thread-safe.
 */
final class ServiceBreaker {
    /** As long as the longest pause between two attempts of a run: where nobody tries any more, nothing is known. */
    private static final Duration REMEMBERED = Duration.ofMinutes(5);

    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition closed = lock.newCondition();
    private final Map<String, Away> waiting = new HashMap<>();

    /** How many runs wait for a service, and what the first of them was told. */
    private record Away(int runs, String told) {}

    private final Map<String, Failing> failing = new HashMap<>();

    /** What a service fails at, and when it was last seen to. */
    private record Failing(String told, long at) {}

    ServiceBreaker() {
        this(System::nanoTime);
    }

    ServiceBreaker(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Notes that a service fails a run which does not wait for it. */
    void fails(String service, String told) {
        lock.lock();
        try {
            failing.put(service, new Failing(told, nanoTime.getAsLong()));
        } finally {
            lock.unlock();
        }
    }

    /** Notes that a service does what it is asked. */
    void works(String service) {
        lock.lock();
        try {
            failing.remove(service);
        } finally {
            lock.unlock();
        }
    }

    void opened(ServiceAwayException away) {
        lock.lock();
        try {
            waiting.merge(
                    away.service(),
                    new Away(1, String.valueOf(away.getMessage())),
                    (before, first) -> new Away(before.runs + 1, before.told));
        } finally {
            lock.unlock();
        }
    }

    void closed(ServiceAwayException away) {
        lock.lock();
        try {
            waiting.computeIfPresent(
                    away.service(),
                    (service, before) -> before.runs == 1 ? null : new Away(before.runs - 1, before.told));
            closed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until no run waits for a service any more; returns false if the time ran out before. */
    boolean awaitClosed(Duration timeout) throws InterruptedException {
        lock.lock();
        try {
            long nanos = TimeUnit.NANOSECONDS.convert(timeout);
            while (!waiting.isEmpty() && nanos > 0) {
                nanos = closed.awaitNanos(nanos);
            }
            return waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Gives the services that runs wait for or that fail them, and what was told of each. */
    Map<String, String> away() {
        lock.lock();
        try {
            long now = nanoTime.getAsLong();
            failing.values().removeIf(seen -> now - seen.at > REMEMBERED.toNanos());
            Map<String, String> away = new TreeMap<>();
            failing.forEach((service, seen) -> away.put(service, seen.told));
            waiting.forEach((service, runs) -> away.put(service, runs.told));
            return away;
        } finally {
            lock.unlock();
        }
    }
}
