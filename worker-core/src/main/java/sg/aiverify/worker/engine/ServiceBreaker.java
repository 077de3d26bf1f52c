package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.run.Cancellation;

/**
 * Pauses the receipt of tasks while a run waits for an unavailable service. Also records failures of services for which
 * no run waits. Thread-safe.
 */
final class ServiceBreaker {
    /** The time after which a failure is forgotten: as long as the longest pause between two attempts of a run. */
    private static final Duration REMEMBERED = Duration.ofMinutes(5);

    /** The shortest pause. It applies if a service works for other runs but not for this one. */
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(500);

    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Wait> waiting = new ArrayList<>();

    /** A run that waits for a service. */
    static final class Wait {
        private final String service;
        private final String problem;
        private boolean over;

        private Wait(String service, String problem) {
            this.service = service;
            this.problem = problem;
        }
    }

    private final Map<String, Failing> failing = new HashMap<>();

    /** The failure of a service, and the time when it was last seen. */
    private record Failing(String problem, long at) {}

    ServiceBreaker() {
        this(System::nanoTime);
    }

    ServiceBreaker(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Records a failure of a service. The run that noticed the failure does not wait for the service. */
    void fails(String service, String problem) {
        lock.lock();
        try {
            failing.put(service, new Failing(problem, nanoTime.getAsLong()));
        } finally {
            lock.unlock();
        }
    }

    /** Records that a service works: its recorded failure is removed, and waits for the service end. */
    void works(String service) {
        lock.lock();
        try {
            failing.remove(service);
        } finally {
            lock.unlock();
        }
        reached(service);
    }

    /** Records that a service has responded: the runs that wait for it retry soon, and tasks are received again. */
    void reached(String service) {
        if (service.equals(ServiceUnavailableException.OTHER)) {
            return; // Services without a name can be different services.
        }
        lock.lock();
        try {
            waiting.removeIf(wait -> {
                wait.over |= wait.service.equals(service);
                return wait.over;
            });
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Records that a run waits for a service, until {@link #closed} or until another run reaches the service. */
    Wait opened(ServiceUnavailableException unavailable) {
        Wait wait = new Wait(unavailable.service(), String.valueOf(unavailable.getMessage()));
        lock.lock();
        try {
            waiting.add(wait);
        } finally {
            lock.unlock();
        }
        return wait;
    }

    /** Records that a run no longer waits. */
    void closed(Wait wait) {
        lock.lock();
        try {
            waiting.remove(wait);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for the given time, or until another run reaches the service.
     *
     * @throws RunCancelledException if the run must stop
     */
    void pause(Wait wait, Duration duration, Cancellation cancellation) {
        try (var registration = cancellation.onCancel(this::wake)) {
            lock.lock();
            try {
                long nanos = duration.toNanos();
                long early = Math.max(0, nanos - SHORTEST_PAUSE.toNanos());
                while (!cancellation.isCancelled() && nanos > (wait.over ? early : 0)) {
                    long left = wait.over ? early : 0;
                    nanos = left + changed.awaitNanos(nanos - left);
                }
            } finally {
                lock.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunCancelledException("the run's thread was interrupted", e);
        }
        cancellation.throwIfCancelled();
    }

    private void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until no run waits for a service. Returns false if a run still waits when the time has passed. */
    boolean awaitClosed(Duration timeout) throws InterruptedException {
        lock.lock();
        try {
            long nanos = TimeUnit.NANOSECONDS.convert(timeout);
            while (!waiting.isEmpty() && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            return waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Returns the services that runs wait for or that have failed recently, each with a failure. */
    Map<String, String> unavailable() {
        lock.lock();
        try {
            long now = nanoTime.getAsLong();
            failing.values().removeIf(seen -> now - seen.at > REMEMBERED.toNanos());
            Map<String, String> unavailable = new TreeMap<>();
            waiting.forEach(wait -> unavailable.putIfAbsent(wait.service, wait.problem));
            failing.forEach((service, seen) -> unavailable.putIfAbsent(service, seen.problem));
            return unavailable;
        } finally {
            lock.unlock();
        }
    }
}
