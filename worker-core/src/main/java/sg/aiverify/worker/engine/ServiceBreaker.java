package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Keeps new tasks out while some run waits for a service that is away. Thread-safe. */
final class ServiceBreaker {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition closed = lock.newCondition();
    private int waiting;

    void opened() {
        lock.lock();
        try {
            waiting++;
        } finally {
            lock.unlock();
        }
    }

    void closed() {
        lock.lock();
        try {
            waiting--;
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
            while (waiting > 0 && nanos > 0) {
                nanos = closed.awaitNanos(nanos);
            }
            return waiting == 0;
        } finally {
            lock.unlock();
        }
    }
}
