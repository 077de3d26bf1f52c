package sg.aiverify.worker.engine;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The slots of runs, and the room for failed runs that await the report of their error. Thread-safe. */
final class Slots {
    /** The number of runs that may await the report of their error before no new runs start. */
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

    /** Passes a taken slot to a run. */
    Slot slot() {
        return new Slot();
    }

    /** The slot of a run, or its room while it awaits the report of its error. Used by the run's thread only. */
    final class Slot {
        private @Nullable Semaphore held = vacant;

        private Slot() {
            running.incrementAndGet();
        }

        /** Releases the slot for another run, since the report of an error only takes time. */
        void leaveForReport() {
            if (held == vacant && awaitingReport.tryAcquire()) {
                held = awaitingReport;
                running.decrementAndGet();
                vacant.release();
            }
        }

        /** Releases the slot or room; does nothing if that was done before. */
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
