package sg.aiverify.worker.gateway.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.run.internal.Backoff;

/**
 * The pauses between the attempts of a call.
 *
 * @param pauses one for each further attempt, before jitter
 * @param random spreads them, so that workers do not come back all at once
 * @param waiting says how long each then lasts
 */
record RetrySchedule(List<Duration> pauses, RandomGenerator random, Waiting waiting) {
    RetrySchedule {
        pauses = List.copyOf(pauses);
    }

    /** Takes pauses of a backoff until the total is reached. */
    static RetrySchedule until(Duration total, Backoff backoff, RandomGenerator random, Waiting waiting) {
        List<Duration> pauses = new ArrayList<>();
        Duration sum = Duration.ZERO;
        while (sum.compareTo(total) < 0) {
            Duration next = backoff.planned(pauses.size() + 1);
            pauses.add(next);
            sum = sum.plus(next);
        }
        return new RetrySchedule(pauses, random, waiting);
    }

    /** Gives the pause after a failed attempt, between half and one and a half times of what is scheduled. */
    Duration pauseAfter(int failures) {
        Duration pause = pauses.get(failures - 1);
        Duration spread = pause.dividedBy(2).plus(Duration.ofNanos((long) (pause.toNanos() * random.nextDouble())));
        return waiting.lasts(Waiting.Reason.RETRY, spread);
    }

    /** Returns how long all pauses together last at most. */
    Duration longest() {
        Duration total = total();
        return total.plus(total.dividedBy(2));
    }

    /** Returns how long all pauses together last, as planned. */
    Duration total() {
        return pauses.stream().reduce(Duration.ZERO, Duration::plus);
    }

    boolean isExhaustedAfter(int failures) {
        return failures > pauses.size();
    }
}
