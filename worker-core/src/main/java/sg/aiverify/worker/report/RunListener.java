package sg.aiverify.worker.report;

import java.time.Duration;
import sg.aiverify.worker.pipeline.Stage;
import sg.aiverify.worker.run.RunNote;

/**
 * Is told how the worker gets on, for metrics and their like. Unlike a {@link TestRunReporter} it hears of every
 * delivery, also of those that end without a verdict. For each: {@code received}, its stages, then {@code ended}.
 *
 * <p>Runs are named by their id, or by that of their queue entry where the task has none. Implementations are
 * thread-safe and quick: the run waits for them. What they throw is logged and changes nothing.
 */
public interface RunListener {
    /**
     * Tells that the worker has got a task and begins with it.
     *
     * @param run its id
     * @param attempt which delivery of the task it is, from 1
     */
    default void received(String run, int attempt) {}

    /**
     * Tells that a stage begins. That of the error begins again each time the error could not be stored.
     *
     * @param run the run's id
     * @param stage the stage
     */
    default void stageBegan(String run, Stage stage) {}

    /**
     * Tells that a stage has ended.
     *
     * @param run the run's id
     * @param stage the stage
     * @param end how it ended
     * @param took how long it took, waiting for services that were away included
     */
    default void stageEnded(String run, Stage stage, StageEnd end, Duration took) {}

    /**
     * Tells what happens within a stage, such as the lines that the algorithm writes, as they come; in any thread. Which
     * notes there are is the modules' matter. The text is as foreign code wrote it: neither secrets nor control
     * characters are masked.
     *
     * @param run the run's id
     * @param note what happened
     */
    default void noted(String run, RunNote note) {}

    /**
     * Tells that the worker is done with a delivery; what is left is to tell the queue.
     *
     * @param run the run and its end
     */
    default void ended(EndedRun run) {}
}
