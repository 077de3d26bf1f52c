package sg.aiverify.worker.gateway;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The pauses between the attempts of a call.
 *
 * @param pauses one for each further attempt, before jitter
 * @param random spreads them, so that workers do not come back all at once
 */
record RetrySchedule(List<Duration> pauses, RandomGenerator random) {
    RetrySchedule {
        pauses = List.copyOf(pauses);
    }

    /** Doubles the pause up to a longest one, until the total is reached. */
    static RetrySchedule exponential(Duration first, Duration longest, Duration total, RandomGenerator random) {
        List<Duration> pauses = new ArrayList<>();
        Duration sum = Duration.ZERO;
        Duration next = first;
        while (sum.compareTo(total) < 0) {
            pauses.add(next);
            sum = sum.plus(next);
            next = next.multipliedBy(2).compareTo(longest) < 0 ? next.multipliedBy(2) : longest;
        }
        return new RetrySchedule(pauses, random);
    }

    /** Gives the pause after a failed attempt, between half and one and a half times of what is scheduled. */
    Duration pauseAfter(int failures) {
        Duration pause = pauses.get(failures - 1);
        return pause.dividedBy(2).plus(Duration.ofNanos((long) (pause.toNanos() * random.nextDouble())));
    }

    boolean isExhaustedAfter(int failures) {
        return failures > pauses.size();
    }
}
