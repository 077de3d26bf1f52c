package sg.aiverify.worker.listener;

import static org.apiguardian.api.API.Status.STABLE;

import java.time.Duration;
import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.Failure;

/**
 * A delivery of a test run that has ended.
 *
 * @param run the run's id, or that of its queue entry where the task has none
 * @param attempt which delivery of the task it was, from 1
 * @param end how it ended
 * @param failure why it failed, without secrets; null if it did not, or that is not known
 * @param deadLetter whether its task is a dead letter now
 * @param took how long this worker was busy with it
 */
@API(status = STABLE, since = "1.0")
public record EndedRun(
        String run, int attempt, RunEnd end, @Nullable Failure failure, boolean deadLetter, Duration took) {
    public EndedRun {
        Objects.requireNonNull(run, "run");
        Objects.requireNonNull(end, "end");
        Objects.requireNonNull(took, "took");
    }
}
