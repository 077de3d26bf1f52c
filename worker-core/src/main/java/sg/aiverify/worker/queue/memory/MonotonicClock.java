package sg.aiverify.worker.queue.memory;

import java.time.Instant;
import java.time.InstantSource;

/** A monotonic clock. A change of the system's clock has no effect on it, so no lease expires early. */
final class MonotonicClock implements InstantSource {
    private final long start = System.nanoTime();

    @Override
    public Instant instant() {
        return Instant.EPOCH.plusNanos(System.nanoTime() - start);
    }
}
