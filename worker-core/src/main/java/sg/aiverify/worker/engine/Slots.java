package sg.aiverify.worker.engine;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Room for runs: a slot each, and further ones for those that await the report of their error. Thread-safe. */
final class Slots {
    /** How many runs may wait for the report of their error before they keep new runs out. */
    private static final int AWAITING_REPORT = 64;

    private final Semaphore vacant;
    private final Semaphore awaitingReport = new Semaphore(AWAITING_REPORT);
    private final AtomicInteger running = new AtomicInteger();

    Slots(int count) {
        this.vacant = new Semaphore(count);
    }

    /** Waits for a free slot, then takes all that are free; returns how many. */
    int takeAll() throws InterruptedException {
        vacant.acquire();
        return 1 + vacant.drainPermits();
    }

    void takeOne() throws InterruptedException {
        vacant.acquire();
    }

    void release(int count) {
        vacant.release(count);
    }

    /** Counts the runs that hold a slot. */
    int running() {
        return running.get();
    }

    /** Counts the runs that have left their slot, and await the report of their error. */
    int awaitingReport() {
        return AWAITING_REPORT - awaitingReport.availablePermits();
    }

    /** Hands a slot that was taken to a run. */
    Slot slot() {
        return new Slot();
    }

    /** What a run holds: room to run, or room to await the report of its error. Used by the run's thread only. */
    final class Slot {
        private @Nullable Semaphore held = vacant;

        private Slot() {
            running.incrementAndGet();
        }

        /** Lets another run have the room to run: the report of an error costs nothing but time. */
        void leaveForReport() {
            if (held == vacant && awaitingReport.tryAcquire()) {
                held = awaitingReport;
                running.decrementAndGet();
                vacant.release();
            }
        }

        /** Frees the room; does nothing if that was done before. */
        void free() {
            if (held == null) {
                return;
            }
            if (held == vacant) {
                running.decrementAndGet();
            }
            held.release();
            held = null;
        }
    }
}
