package sg.aiverify.worker.testkit.stage;

import static org.apiguardian.api.API.Status.STABLE;

import java.time.Duration;
import java.util.Objects;
import org.apiguardian.api.API;
import sg.aiverify.worker.run.Waiting;

/**
 * Shortens the pauses that a worker makes by itself, so that a test does not wait for them. Pauses that are short
 * already stay as they are. Thread-safe.
 *
 * @param longest how long a pause lasts at most; some milliseconds, since a worker that never pauses would spin
 */
@API(status = STABLE, since = "1.0")
public record ShortPauses(Duration longest) implements Waiting {
    /** Checks the longest pause. */
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
