package sg.aiverify.worker.engine;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** Room for runs: a slot each, and places to wait in for those whose error cannot be told. Thread-safe. */
final class Slots {
    /** How many runs may wait with an error that cannot be told before they keep new runs out. */
    private static final int UNTOLD_RUNS = 64;

    private final Semaphore free;
    private final Semaphore untold = new Semaphore(UNTOLD_RUNS);
    private final AtomicInteger running = new AtomicInteger();

    Slots(int count) {
        this.free = new Semaphore(count);
    }

    /** Waits for a free slot, then takes all that are free; returns how many. */
    int takeAll() throws InterruptedException {
        free.acquire();
        return 1 + free.drainPermits();
    }

    void takeOne() throws InterruptedException {
        free.acquire();
    }

    void release(int count) {
        free.release(count);
    }

    /** Counts the runs that hold a slot. */
    int running() {
        return running.get();
    }

    /** Counts the runs that have left their slot, and wait until their error can be told. */
    int untold() {
        return UNTOLD_RUNS - untold.availablePermits();
    }

    /** Hands a slot that was taken to a run. */
    Place place() {
        return new Place();
    }

    /** What a run holds: a slot, or a place to wait in while its error cannot be told. Used by the run's thread only. */
    final class Place {
        private Semaphore held = free;

        private Place() {
            running.incrementAndGet();
        }

        /** Lets another run have the slot: telling an error costs nothing but time. */
        void leaveSlot() {
            if (held == free && untold.tryAcquire()) {
                held = untold;
                running.decrementAndGet();
                free.release();
            }
        }

        void leave() {
            if (held == free) {
                running.decrementAndGet();
            }
            held.release();
        }
    }
}
