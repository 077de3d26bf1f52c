package sg.aiverify.worker.run;

import java.nio.file.Path;
import sg.aiverify.worker.task.Task;

/** One run while it is going, as its stages see it. Thread-safe. */
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
     * Keeps something until the run has ended, whatever its end, and closes it then: last come, first closed.
     *
     * @param resource what to close
     */
    void closeAtEnd(AutoCloseable resource);
}
