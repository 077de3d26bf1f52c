package sg.aiverify.worker.queue.memory;

import java.time.Instant;
import java.time.InstantSource;

/** Measures the time that has passed; setting the system's clock does not move it, so that no lease runs out early. */
final class MonotonicClock implements InstantSource {
    private final long start = System.nanoTime();

    @Override
    public Instant instant() {
        return Instant.EPOCH.plusNanos(System.nanoTime() - start);
    }
}
