package sg.aiverify.worker.queue;

import static org.apiguardian.api.API.Status.STABLE;

import java.time.Duration;
import java.util.Objects;
import org.apiguardian.api.API;

/**
 * A delivery to be tried again, its attempt spent.
 *
 * @param delivery what to try again
 * @param delay how long to wait before, at least
 */
@API(status = STABLE, since = "1.0")
public record Retry(Delivery delivery, Duration delay) {
    public Retry {
        Objects.requireNonNull(delivery, "delivery");
        Objects.requireNonNull(delay, "delay");
    }
}
