package sg.aiverify.worker.run;

import static org.apiguardian.api.API.Status.STABLE;

import java.nio.file.Path;
import org.apiguardian.api.API;
import sg.aiverify.worker.task.Task;

/** The run in progress, for the modules of its stages. Thread-safe. */
@API(status = STABLE, since = "1.0")
public interface RunContext {
    /**
     * Returns the task.
     *
     * @return the task
     */
    Task task();

    /**
     * Returns the number of this delivery of the task.
     *
     * @return the number, from 1
     */
    int attempt();

    /**
     * Returns the work directory of this run, which no other run uses. It is deleted when the run ends.
     *
     * @return an existing, absolute path
     */
    Path workDirectory();

    /**
     * Returns the cancellation of this run. A stage that blocks must observe the cancellation. The thread of the stage
     * is also interrupted.
     *
     * @return the run's cancellation
     */
    Cancellation cancellation();

    /**
     * Reports the progress of the algorithm. Values that are out of range or do not rise are ignored.
     *
     * @param percent 0 to 100
     */
    void progress(int percent);

    /**
     * Passes a note about the run to the listeners: a line of the algorithm's output, a step that may take long, or a
     * warning about the result. Steps and warnings are also logged.
     *
     * @param note the note
     */
    default void note(RunNote note) {}

    /**
     * Checks that this worker still has the right to report the run. Call this immediately before the step that stores
     * a result, and after the last check whether the result is needed.
     *
     * @return false if another worker may have reported since that check. Then repeat the check, and call this again
     * @throws sg.aiverify.worker.failure.RunCancelledException if the lease of the run is lost
     * @throws sg.aiverify.worker.failure.InfrastructureException if the check fails
     */
    default boolean confirm() {
        return true;
    }

    /**
     * Records that a shared service fails requests of the run. Call this if the stage itself retries or gives up. The
     * worker's status shows the failure until {@link #serviceWorks} is called, but only for some minutes after the last
     * failure. The run does not wait. A stage makes the run wait with a {@link
     * sg.aiverify.worker.failure.ServiceUnavailableException}.
     *
     * @param service one word that is the same each time, for example {@code gateway}
     * @param problem the failure, without secrets
     */
    default void serviceFails(String service, String problem) {}

    /**
     * Records that a service works. The status then no longer shows the failures that any run has recorded for this
     * service.
     *
     * @param service the name that was passed to {@link #serviceFails}
     */
    default void serviceWorks(String service) {}

    /**
     * Registers a resource that is closed when the run has ended. Resources are closed in the reverse order of
     * registration.
     *
     * @param resource the resource
     */
    void closeAtEnd(AutoCloseable resource);
}
