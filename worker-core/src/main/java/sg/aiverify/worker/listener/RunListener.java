package sg.aiverify.worker.listener;

import static org.apiguardian.api.API.Status.STABLE;

import java.time.Duration;
import org.apiguardian.api.API;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.run.RunNote;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.task.Task;

/**
 * A listener for the events of runs. The events of an attempt, in order:
 *
 * <ol>
 *   <li>{@code received}
 *   <li>if the task is run: {@code started}, its stages, and any number of {@code progress}
 *   <li>at most one of {@code succeeded}, {@code failed}, {@code unreported} and {@code cancelled}
 *   <li>{@code ended}, also if the task was returned to the queue, will be retried, or its lease is lost
 * </ol>
 *
 * <p>A run is named by its id, or by the id of its queue entry if the task has none. Implementations must be thread-safe
 * and quick, since the run waits for them. Exceptions are logged and have no other effect.
 */
@API(status = STABLE, since = "1.0")
public interface RunListener {
    /**
     * Called when the worker has received a task and begins to process it.
     *
     * @param run the run's id
     * @param attempt the number of the delivery of the task, from 1
     */
    default void received(String run, int attempt) {}

    /**
     * Called when the run has begun.
     *
     * @param task the task
     */
    default void started(Task task) {}

    /**
     * Called when the algorithm has reported progress.
     *
     * @param task the task
     * @param percent 1 to 100, rising
     */
    default void progress(Task task, int percent) {}

    /**
     * Called when the run's result is stored.
     *
     * @param task the task
     */
    default void succeeded(Task task) {}

    /**
     * Called when the run has failed and its error is stored. The run is not retried.
     *
     * @param task the task
     * @param failure the failure
     */
    default void failed(Task task, Failure failure) {}

    /**
     * Called when the run has failed and its error cannot be stored, since the module of the error stage fails. The task is
     * not retried; if it came from the queue, it is a dead letter. By default calls {@link #failed}.
     *
     * @param task the task
     * @param failure the run's failure
     * @param reason the reason why the error cannot be stored, without secrets
     */
    default void unreported(Task task, Failure failure, String reason) {
        failed(task, failure);
    }

    /**
     * Called when the run was cancelled, or when its result is not needed for another reason.
     *
     * @param task the task
     */
    default void cancelled(Task task) {}

    /**
     * Called when a stage begins. The error stage begins again after each try that could not store the error.
     *
     * @param run the run's id
     * @param stage the stage
     */
    default void stageBegan(String run, Stage stage) {}

    /**
     * Called when a stage has ended.
     *
     * @param run the run's id
     * @param stage the stage
     * @param end the end
     * @param took the duration, including waits for unavailable services
     */
    default void stageEnded(String run, Stage stage, StageEnd end, Duration took) {}

    /**
     * Called for each note about a stage, such as a line of the algorithm's output. Can be called in any thread. The
     * modules decide which notes they publish. The text can come from untrusted code. Secrets and control characters in
     * the text are not masked.
     *
     * @param run the run's id
     * @param note the note
     */
    default void noted(String run, RunNote note) {}

    /**
     * Called when the worker has finished a delivery, before it is settled with the queue.
     *
     * @param run the ended run
     */
    default void ended(EndedRun run) {}
}
