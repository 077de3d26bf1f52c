package sg.aiverify.worker;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** A running clock that tests can advance, so that leases expire. Thread-safe. */
public final class TurnedTime implements InstantSource {
    private final long start = System.nanoTime();
    private final AtomicReference<Duration> turned = new AtomicReference<>(Duration.ZERO);

    /** Advances the time. */
    public void turn(Duration by) {
        turned.updateAndGet(before -> before.plus(by));
    }

    @Override
    public Instant instant() {
        return Instant.EPOCH.plusNanos(System.nanoTime() - start).plus(turned.get());
    }
}
