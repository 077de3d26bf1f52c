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
 * @param pauses the pause before each retry, without jitter
 * @param random the source of the jitter, which prevents all workers from retrying at the same time
 * @param waiting sets the length of each pause
 */
record RetrySchedule(List<Duration> pauses, RandomGenerator random, Waiting waiting) {
    RetrySchedule {
        pauses = List.copyOf(pauses);
    }

    /** Creates a schedule with the pauses of a back-off, until their sum reaches the total. */
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

    /** Returns the pause after a failed attempt: 0.5 to 1.5 times the scheduled pause. */
    Duration pauseAfter(int failures) {
        Duration pause = pauses.get(failures - 1);
        Duration spread = pause.dividedBy(2).plus(Duration.ofNanos((long) (pause.toNanos() * random.nextDouble())));
        return waiting.lasts(Waiting.Reason.RETRY, spread);
    }

    /** Returns the sum of all pauses with the longest jitter. */
    Duration longest() {
        Duration total = total();
        return total.plus(total.dividedBy(2));
    }

    /** Returns the sum of all pauses, without jitter. */
    Duration total() {
        return pauses.stream().reduce(Duration.ZERO, Duration::plus);
    }

    boolean isExhaustedAfter(int failures) {
        return failures > pauses.size();
    }
}
