package sg.aiverify.worker.run.internal;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Exponential back-off: each pause is twice as long as the one before, up to the longest pause.
 *
 * @param first the first pause
 * @param most the longest pause
 */
public record Backoff(Duration first, Duration most) {
    /**
     * Returns the pause after a failure, without jitter.
     *
     * @param failures the number of failures so far, at least 1
     * @return the pause
     */
    public Duration planned(int failures) {
        long doubled = first.toMillis() << Math.min(Math.max(failures - 1, 0), 30);
        return doubled < 0 || doubled > most.toMillis() ? most : Duration.ofMillis(doubled);
    }

    /**
     * Returns a random pause, between half of the planned pause and all of it, so that not all workers retry at once.
     *
     * @param failures the number of failures so far, at least 1
     * @return the pause
     */
    public Duration delay(int failures) {
        long half = planned(failures).toMillis() / 2;
        return Duration.ofMillis(half + ThreadLocalRandom.current().nextLong(half + 1));
    }
}
