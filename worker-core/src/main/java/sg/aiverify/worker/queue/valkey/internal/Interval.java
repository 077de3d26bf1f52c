package sg.aiverify.worker.queue.valkey.internal;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Limits an action to once per interval. Thread-safe. */
final class Interval {
    private final long nanos;
    private final AtomicLong next = new AtomicLong(System.nanoTime());

    Interval(Duration interval) {
        this.nanos = interval.toNanos();
    }

    /** Returns whether the action is due. It is due at the first call, then once per interval. */
    boolean isDue() {
        long due = next.get();
        long now = System.nanoTime();
        return now - due >= 0 && next.compareAndSet(due, now + nanos);
    }

    /** Makes the action due at the next call. */
    void makeDue() {
        next.set(System.nanoTime());
    }
}
