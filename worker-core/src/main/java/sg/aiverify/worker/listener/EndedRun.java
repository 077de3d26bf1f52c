package sg.aiverify.worker.listener;

import static org.apiguardian.api.API.Status.STABLE;

import java.time.Duration;
import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.Failure;

/**
 * An ended delivery of a test run.
 *
 * @param run the run's id; the id of its queue entry if the task has none
 * @param attempt the number of the delivery of the task, from 1
 * @param end the kind of the end
 * @param failure the failure, without secrets; null if the run did not fail, or if its failure is unknown
 * @param deadLetter whether the task became a dead letter
 * @param took the time that this worker spent on the delivery
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
