package sg.aiverify.worker.report;

import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.task.Task;

/**
 * Is told what becomes of test runs. For each delivery of a run: {@code started}, any number of {@code progress}, then
 * exactly one of {@code succeeded}, {@code failed}, {@code unreported}, {@code cancelled}; or none of these if the run was handed back,
 * will be retried, or belongs to another worker now.
 *
 * <p>Implementations are thread-safe and quick. What they throw is logged and changes nothing.
 */
public interface TestRunReporter {
    /**
     * Tells that a run has begun.
     *
     * @param task what is run
     */
    default void started(Task task) {}

    /**
     * Tells how far a run is.
     *
     * @param task what is run
     * @param percent 1 to 100, rising
     */
    default void progress(Task task, int percent) {}

    /**
     * Tells that a run's result is stored.
     *
     * @param task what was run
     */
    default void succeeded(Task task) {}

    /**
     * Tells that a run has failed for good and its error is stored.
     *
     * @param task what was run
     * @param failure why
     */
    default void failed(Task task, Failure failure) {}

    /**
     * Tells that a run has failed for good and its error cannot be stored, since the module of the error stage fails.
     * The task is not run again; if it came from the queue, it is a dead letter. By default the same as
     * {@link #failed}.
     *
     * @param task what was run
     * @param failure why the run failed
     * @param trouble why the error cannot be stored, without secrets
     */
    default void unreported(Task task, Failure failure, String trouble) {
        failed(task, failure);
    }

    /**
     * Tells that a run was cancelled.
     *
     * @param task what was run
     */
    default void cancelled(Task task) {}
}
