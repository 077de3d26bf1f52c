package sg.aiverify.worker.run;

import static org.apiguardian.api.API.Status.STABLE;

import java.nio.file.Path;
import org.apiguardian.api.API;
import sg.aiverify.worker.task.Task;

/** One run while it is going, as its stages see it. Thread-safe. */
@API(status = STABLE, since = "1.0")
public interface RunContext {
    /**
     * Gives what is to be done.
     *
     * @return the task
     */
    Task task();

    /**
     * Tells which delivery of the task this is.
     *
     * @return 1 for the first
     */
    int attempt();

    /**
     * Gives the directory that belongs to this run alone and is deleted with it.
     *
     * @return an existing, absolute path
     */
    Path workDirectory();

    /**
     * Gives what tells the run to stop. A stage that blocks must watch it; its thread is interrupted as well.
     *
     * @return the run's cancellation
     */
    Cancellation cancellation();

    /**
     * Reports how far the algorithm is. Values that are out of range or do not rise are ignored.
     *
     * @param percent 0 to 100
     */
    void progress(int percent);

    /**
     * Notes what happens in the run: what the algorithm writes, at once; a step that may take long; what should be known
     * of the result. Steps and warnings get into the log.
     *
     * @param note what happened
     */
    default void note(RunNote note) {}

    /**
     * Goes on only if the run is still this worker's to report. Call it right before what makes a result final, after
     * the last question whether the result is wanted.
     *
     * @return false if somebody else may have reported since that question: ask again, then confirm again
     * @throws sg.aiverify.worker.failure.RunCancelledException if the run is another worker's now
     * @throws sg.aiverify.worker.failure.InfrastructureException if nobody can tell
     */
    default boolean confirm() {
        return true;
    }

    /**
     * Tells the operator that a shared service fails what the run needs of it, though the stage tries again by itself
     * or has given up. The worker shows it with its status until {@link #serviceWorks}, at most for some minutes after
     * the last time. The run is not held up; a stage that wants it to wait throws {@link
     * sg.aiverify.worker.failure.ServiceUnavailableException}.
     *
     * @param service one word that is the same each time, for example {@code gateway}
     * @param trouble what is wrong, without secrets
     */
    default void serviceFails(String service, String trouble) {}

    /**
     * Takes back what {@link #serviceFails} told, for any run: the service does what it is asked.
     *
     * @param service the service's name
     */
    default void serviceWorks(String service) {}

    /**
     * Keeps something until the run has ended, whatever its end, and closes it then: last come, first closed.
     *
     * @param resource what to close
     */
    void closeAtEnd(AutoCloseable resource);
}
