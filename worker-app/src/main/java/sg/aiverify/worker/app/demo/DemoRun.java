package sg.aiverify.worker.app.demo;

import java.time.Duration;
import sg.aiverify.worker.gateway.RunStatus;

/** One run of the demonstration. Thread-safe. */
public interface DemoRun {
    /**
     * Returns the name of the run, which describes the purpose of the run.
     *
     * @return a few words
     */
    String name();

    /**
     * Returns the id of its algorithm.
     *
     * @return the id
     */
    String algorithm();

    /**
     * Returns the status that the run must end with.
     *
     * @return a status other than pending
     */
    RunStatus expected();

    /**
     * Returns the run's status at the gateway.
     *
     * @return the status; pending until the run has ended
     */
    RunStatus status();

    /**
     * Returns the run's progress.
     *
     * @return the progress in percent, 0 to 100
     */
    int progress();

    /**
     * Returns the duration of the run. If the run has not ended, returns the time since it was submitted.
     *
     * @return the time from the submission of the run to its end, or until now
     */
    Duration duration();

    /**
     * Returns a summary of the outcome: a figure of the result, or the first line of the error.
     *
     * @return the summary; empty while the run is pending
     */
    String summary();
}
