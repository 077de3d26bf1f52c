package sg.aiverify.worker.listener;

import static org.apiguardian.api.API.Status.STABLE;

import java.time.Duration;
import org.apiguardian.api.API;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.run.RunNote;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.task.Task;

/**
 * Hears what becomes of runs. For each attempt: {@code received}; unless nothing is run, {@code started}, its stages and
 * any number of {@code progress}; at most one of {@code succeeded}, {@code failed}, {@code unreported} and
 * {@code cancelled}; then {@code ended}, also where the run was handed back, will be retried, or is another worker's now.
 *
 * <p>Runs are named by their id, or by that of their queue entry where the task has none. Implementations are
 * thread-safe and quick: the run waits for them. What they throw is logged and changes nothing.
 */
@API(status = STABLE, since = "1.0")
public interface RunListener {
    /**
     * Called when the worker has received a task and begins with it.
     *
     * @param run its id
     * @param attempt which delivery of the task it is, from 1
     */
    default void received(String run, int attempt) {}

    /**
     * The run has begun.
     *
     * @param task what is run
     */
    default void started(Task task) {}

    /**
     * The algorithm has reported how far it is.
     *
     * @param task what is run
     * @param percent 1 to 100, rising
     */
    default void progress(Task task, int percent) {}

    /**
     * The run's result is stored.
     *
     * @param task what was run
     */
    default void succeeded(Task task) {}

    /**
     * The run has failed for good, and its error is stored.
     *
     * @param task what was run
     * @param failure why
     */
    default void failed(Task task, Failure failure) {}

    /**
     * The run has failed for good and its error cannot be stored, since the module of the error stage fails. The task is
     * not run again; if it came from the queue, it is a dead letter. By default the same as {@link #failed}.
     *
     * @param task what was run
     * @param failure why the run failed
     * @param reason why the error cannot be stored, without secrets
     */
    default void unreported(Task task, Failure failure, String reason) {
        failed(task, failure);
    }

    /**
     * The run was cancelled, or nobody waits for it.
     *
     * @param task what was run
     */
    default void cancelled(Task task) {}

    /**
     * Called when a stage begins. That of the error begins again each time the error could not be stored.
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
     * @param end how it ended
     * @param took how long it took, waiting for services that were away included
     */
    default void stageEnded(String run, Stage stage, StageEnd end, Duration took) {}

    /**
     * Called for what happens within a stage, such as the lines that the algorithm writes, as they come; in any thread. Which
     * notes there are is the modules' matter. The text is as foreign code wrote it: neither secrets nor control
     * characters are masked.
     *
     * @param run the run's id
     * @param note what happened
     */
    default void noted(String run, RunNote note) {}

    /**
     * Called when the worker is done with a delivery; what is left is to settle it with the queue.
     *
     * @param run the run and its end
     */
    default void ended(EndedRun run) {}
}
