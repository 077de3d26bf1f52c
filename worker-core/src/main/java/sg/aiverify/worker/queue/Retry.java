package sg.aiverify.worker.queue;

import static org.apiguardian.api.API.Status.STABLE;

import java.time.Duration;
import java.util.Objects;
import org.apiguardian.api.API;

/**
 * A delivery to retry. It counts as an attempt.
 *
 * @param delivery the delivery
 * @param delay the shortest time before the next attempt
 */
@API(status = STABLE, since = "1.0")
public record Retry(Delivery delivery, Duration delay) {
    public Retry {
        Objects.requireNonNull(delivery, "delivery");
        Objects.requireNonNull(delay, "delay");
    }
}
