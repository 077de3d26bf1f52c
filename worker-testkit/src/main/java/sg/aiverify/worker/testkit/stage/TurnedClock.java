package sg.aiverify.worker.testkit.stage;

import static org.apiguardian.api.API.Status.STABLE;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;
import org.apiguardian.api.API;

/** A clock in UTC that changes only when it is turned. Thread-safe. */
@API(status = STABLE, since = "1.0")
public final class TurnedClock extends Clock {
    private final AtomicReference<Instant> now;

    /**
     * Creates a clock.
     *
     * @param start the initial time
     */
    public TurnedClock(Instant start) {
        this.now = new AtomicReference<>(start);
    }

    /**
     * Turns the clock forward.
     *
     * @param by the duration
     */
    public void turn(Duration by) {
        now.updateAndGet(shown -> shown.plus(by));
    }

    @Override
    public Instant instant() {
        return now.get();
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
