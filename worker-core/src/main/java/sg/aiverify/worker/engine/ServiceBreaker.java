package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import sg.aiverify.worker.failure.ServiceAwayException;

/** Keeps new tasks out while some run waits for a service that is away. Thread-safe. */
final class ServiceBreaker {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition closed = lock.newCondition();
    private final Map<String, Away> waiting = new HashMap<>();

    /** How many runs wait for a service, and what the first of them was told. */
    private record Away(int runs, String told) {}

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

    /** Gives the services that runs wait for, and what was told of each. */
    Map<String, String> away() {
        lock.lock();
        try {
            Map<String, String> away = new TreeMap<>();
            waiting.forEach((service, runs) -> away.put(service, runs.told));
            return away;
        } finally {
            lock.unlock();
        }
    }
}
