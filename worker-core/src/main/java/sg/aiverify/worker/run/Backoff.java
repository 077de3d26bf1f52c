package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Exponential backoff with jitter: each delay is drawn between half and all of a value that doubles.
 *
 * @param first the first value
 * @param most the value that is not exceeded
 */
record Backoff(Duration first, Duration most) {
    /**
     * Draws a delay.
     *
     * @param failures how many failures came before, at least 1
     * @return how long to wait
     */
    Duration delay(int failures) {
        long doubled = first.toMillis() << Math.min(Math.max(failures - 1, 0), 30);
        long value = doubled < 0 ? most.toMillis() : Math.min(doubled, most.toMillis());
        return Duration.ofMillis(value / 2 + ThreadLocalRandom.current().nextLong(value / 2 + 1));
    }
}
