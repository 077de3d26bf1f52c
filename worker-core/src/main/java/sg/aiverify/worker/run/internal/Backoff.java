package sg.aiverify.worker.run.internal;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Exponential back-off: pauses that double up to a longest one.
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
     * Returns a random pause between half and all of the planned one, so that workers do not retry all at once.
     *
     * @param failures the number of failures so far, at least 1
     * @return the pause
     */
    public Duration delay(int failures) {
        long half = planned(failures).toMillis() / 2;
        return Duration.ofMillis(half + ThreadLocalRandom.current().nextLong(half + 1));
    }
}
