package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.RunContext;

/** A module that stores results, reports progress, and finds out whether the result of a run is still needed. */
@API(status = STABLE, since = "1.0")
public interface UploadModule extends StageModule {
    /**
     * Finds out whether the run's result is still needed. The worker calls this before the run starts, when the run's
     * queue entry has disappeared, and when the run's progress was refused.
     *
     * @param runId the id of the test run
     * @param cancellation stops the request
     * @return the demand; {@link Demand#UNKNOWN} if the module cannot find out
     * @throws InterruptedException if the thread is interrupted
     */
    default Demand demand(String runId, Cancellation cancellation) throws InterruptedException {
        return Demand.UNKNOWN;
    }

    /**
     * Reports the progress of a run. The worker calls this only with rising values, at most twice a second for a run
     * and at most 20 times a second for all runs together. A slow call does not delay the algorithm. Exceptions are
     * logged and otherwise ignored.
     *
     * @param runId the id of the test run
     * @param percent the progress in percent, 1 to 100
     * @return false to stop the run, since its result is no longer needed
     */
    default boolean progress(String runId, int percent) {
        return true;
    }

    /**
     * Stores the result, without retries. Returns only when the module knows that the result is stored, or that it is
     * not needed.
     *
     * @param archive the result
     * @param run the run
     * @return true if the result is stored; false if the run has already finished, is cancelled or is unknown
     * @throws InterruptedException if the run is stopped
     */
    boolean upload(ResultArchive archive, RunContext run) throws InterruptedException;
}
