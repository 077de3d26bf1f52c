package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * Forwards a run's progress in the messenger's threads, so that the algorithm need not wait. Only rising values are
 * sent, at most one in each interval. A delayed value is sent later, unless a higher one follows or the relay is
 * closed. Thread-safe.
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

    /**
     * Stops forwarding. Waits until a report in flight is sent, since no progress may arrive after the end of the run.
     */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        passing.lock();
        passing.unlock();
    }
}
