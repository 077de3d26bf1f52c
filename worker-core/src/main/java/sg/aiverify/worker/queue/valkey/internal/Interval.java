package sg.aiverify.worker.queue.valkey.internal;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Tells when something is due that shall not happen more often than at an interval. Thread-safe. */
final class Interval {
    private final long nanos;
    private final AtomicLong next = new AtomicLong(System.nanoTime());

    Interval(Duration interval) {
        this.nanos = interval.toNanos();
    }

    /** Says yes once per interval, and the first time. */
    boolean isDue() {
        long due = next.get();
        long now = System.nanoTime();
        return now - due >= 0 && next.compareAndSet(due, now + nanos);
    }

    /** Makes the next call say yes. */
    void makeDue() {
        next.set(System.nanoTime());
    }
}
