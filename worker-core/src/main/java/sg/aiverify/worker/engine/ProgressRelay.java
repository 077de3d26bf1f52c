package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * Forwards a run's progress in the messenger's threads, so that the algorithm does not wait. It sends only rising
 * values, at most one in each interval, and always the last one. Thread-safe.
 */
final class ProgressRelay implements AutoCloseable {
    private final ScheduledExecutorService messenger;
    private final Supplier<Duration> interval;
    private final IntConsumer target;
    private final ReentrantLock passing = new ReentrantLock();
    private int highest;
    private boolean scheduled;
    private boolean closed;

    ProgressRelay(ScheduledExecutorService messenger, Supplier<Duration> interval, IntConsumer target) {
        this.messenger = messenger;
        this.interval = interval;
        this.target = target;
    }

    /** Forwards only progress above the given percentage. */
    synchronized void from(int percent) {
        highest = Math.max(highest, percent);
    }

    synchronized void progress(int percent) {
        if (closed || percent <= highest || percent > 100) {
            return;
        }
        highest = percent;
        if (!scheduled) {
            scheduled = true;
            messenger.execute(this::pass);
        }
    }

    private void pass() {
        int percent;
        passing.lock();
        try {
            synchronized (this) {
                if (closed) {
                    return;
                }
                percent = highest;
            }
            target.accept(percent);
        } finally {
            passing.unlock();
        }
        messenger.schedule(() -> passAgainIfRisen(percent), interval.get().toMillis(), TimeUnit.MILLISECONDS);
    }

    private void passAgainIfRisen(int passed) {
        synchronized (this) {
            if (closed || highest == passed) {
                scheduled = false;
                return;
            }
        }
        pass();
    }

    /** Stops forwarding, and waits for a report in flight, since progress must not arrive after the end. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        passing.lock();
        passing.unlock();
    }
}
