package sg.aiverify.worker.engine;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Limits the number of runs at once, and the number of failed runs that await the report of their error. Thread-safe.
 */
final class Slots {
    /**
     * The largest number of failed runs that await the report of their error without a slot. Any other keeps its slot.
     */
    private static final int AWAITING_REPORT = 64;

    private final Semaphore vacant;
    private final Semaphore awaitingReport = new Semaphore(AWAITING_REPORT);
    private final AtomicInteger running = new AtomicInteger();

    Slots(int count) {
        this.vacant = new Semaphore(count);
    }

    /** Waits for a free slot, then takes all free slots; returns their number. */
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

    /** Returns the number of runs that hold a slot. */
    int running() {
        return running.get();
    }

    /** Returns the number of runs that have left their slot and await the report of their error. */
    int awaitingReport() {
        return AWAITING_REPORT - awaitingReport.availablePermits();
    }

    /** Returns a slot, which the caller has taken before, for a run. */
    Slot slot() {
        return new Slot();
    }

    /** The slot of a run, or a permit to await the report of the run's error. Used by the run's thread only. */
    final class Slot {
        private @Nullable Semaphore held = vacant;

        private Slot() {
            running.incrementAndGet();
        }

        /**
         * Exchanges the slot for a permit, if there is one: a wait for the report uses few resources, so another run
         * can start.
         */
        void leaveForReport() {
            if (held == vacant && awaitingReport.tryAcquire()) {
                held = awaitingReport;
                running.decrementAndGet();
                vacant.release();
            }
        }

        /** Releases the slot or the permit. A second call has no effect. */
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
