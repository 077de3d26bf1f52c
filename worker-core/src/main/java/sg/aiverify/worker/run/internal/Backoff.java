package sg.aiverify.worker.run.internal;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Exponential backoff: pauses that double up to a longest one.
 *
 * @param first the first pause
 * @param most the pause that is not exceeded
 */
public record Backoff(Duration first, Duration most) {
    /**
     * Returns the pause after a failure, without jitter.
     *
     * @param failures how many failures came before, at least 1
     * @return how long to wait
     */
    public Duration planned(int failures) {
        long doubled = first.toMillis() << Math.min(Math.max(failures - 1, 0), 30);
        return doubled < 0 || doubled > most.toMillis() ? most : Duration.ofMillis(doubled);
    }

    /**
     * Draws a pause between half and all of the planned one, so that workers do not come back all at once.
     *
     * @param failures how many failures came before, at least 1
     * @return how long to wait
     */
    public Duration delay(int failures) {
        long half = planned(failures).toMillis() / 2;
        return Duration.ofMillis(half + ThreadLocalRandom.current().nextLong(half + 1));
    }
}
