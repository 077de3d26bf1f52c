package sg.aiverify.worker.queue;

import java.time.Duration;
import java.util.Objects;

/**
 * A delivery to be tried again, its attempt spent.
 *
 * @param delivery what to try again
 * @param delay how long to wait before, at least
 */
public record Retry(Delivery delivery, Duration delay) {
    public Retry {
        Objects.requireNonNull(delivery, "delivery");
        Objects.requireNonNull(delay, "delay");
    }
}
