package sg.aiverify.worker.testkit.stage;

import static org.apiguardian.api.API.Status.STABLE;

import java.time.Duration;
import java.util.Objects;
import org.apiguardian.api.API;
import sg.aiverify.worker.run.Waiting;

/**
 * Shortens the pauses of a worker, so that tests do not wait for them. Shorter pauses remain unchanged. Thread-safe.
 *
 * @param longest the maximum length of a pause; use some milliseconds, since a worker without pauses would use all
 *     processor time
 */
@API(status = STABLE, since = "1.0")
public record ShortPauses(Duration longest) implements Waiting {
    /** Checks that the longest pause is not negative. */
    public ShortPauses {
        Objects.requireNonNull(longest, "longest");
        if (longest.isNegative()) {
            throw new IllegalArgumentException("longest must not be negative, was " + longest);
        }
    }

    @Override
    public Duration lasts(Reason reason, Duration planned) {
        return planned.compareTo(longest) < 0 ? planned : longest;
    }
}
