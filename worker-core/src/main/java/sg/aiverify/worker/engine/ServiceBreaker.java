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
 * Keeps new tasks out while some run waits for a service that is away, and knows which services fail runs that do not
 * wait for them. Thread-safe.
 */
final class ServiceBreaker {
    /** As long as the longest pause between two attempts of a run: where nobody tries any more, nothing is known. */
    private static final Duration REMEMBERED = Duration.ofMinutes(5);

    /** A service that works for others and not for this run must not be asked without a pause. */
    private static final Duration LEAST_PAUSE = Duration.ofMillis(500);

    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Wait> waiting = new ArrayList<>();

    /** A run that waits for a service. */
    static final class Wait {
        private final String service;
        private final String trouble;
        private boolean over;

        private Wait(String service, String trouble) {
            this.service = service;
            this.trouble = trouble;
        }
    }

    private final Map<String, Failing> failing = new HashMap<>();

    /** What a service fails at, and when it was last seen to. */
    private record Failing(String trouble, long at) {}

    ServiceBreaker() {
        this(System::nanoTime);
    }

    ServiceBreaker(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Notes that a service fails a run which does not wait for it. */
    void fails(String service, String trouble) {
        lock.lock();
        try {
            failing.put(service, new Failing(trouble, nanoTime.getAsLong()));
        } finally {
            lock.unlock();
        }
    }

    /** Notes that a service does what it is asked, all of it. */
    void works(String service) {
        lock.lock();
        try {
            failing.remove(service);
        } finally {
            lock.unlock();
        }
        reached(service);
    }

    /** Notes that a service has answered: the runs that wait for it try again soon, and keep no tasks out. */
    void reached(String service) {
        if (service.equals(ServiceUnavailableException.OTHER)) {
            return; // One without a name says nothing of another one.
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

    /** Notes that a run waits for a service, until {@link #closed} or until somebody else reaches it. */
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

    /** Notes that a run does not wait any more. */
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
     * Lets a run wait, less long if somebody else reaches the service meanwhile.
     *
     * @throws RunCancelledException if the run must stop
     */
    void pause(Wait wait, Duration duration, Cancellation cancellation) {
        try (var registration = cancellation.onCancel(this::wake)) {
            lock.lock();
            try {
                long nanos = duration.toNanos();
                long early = Math.max(0, nanos - LEAST_PAUSE.toNanos());
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

    /** Waits until no run waits for a service any more; returns false if the time ran out before. */
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

    /** Gives the services that runs wait for or that fail them, and what was wrong with each at first. */
    Map<String, String> unavailable() {
        lock.lock();
        try {
            long now = nanoTime.getAsLong();
            failing.values().removeIf(seen -> now - seen.at > REMEMBERED.toNanos());
            Map<String, String> unavailable = new TreeMap<>();
            waiting.forEach(wait -> unavailable.putIfAbsent(wait.service, wait.trouble));
            failing.forEach((service, seen) -> unavailable.putIfAbsent(service, seen.trouble));
            return unavailable;
        } finally {
            lock.unlock();
        }
    }
}
