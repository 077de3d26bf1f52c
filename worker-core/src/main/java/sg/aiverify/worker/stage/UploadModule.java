package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.RunContext;

/** Where results go: knows whether a run is still wanted, hears of its progress, takes its result. */
@API(status = STABLE, since = "1.0")
public interface UploadModule extends StageModule {
    /**
     * Asks whether the run's result is still wanted. Asked before the run starts, and when its queue entry vanished or its
     * progress was refused.
     *
     * @param runId the id of the test run
     * @param cancellation stops the asking
     * @return the answer; unknown where there is nobody to ask
     * @throws InterruptedException if the thread is interrupted
     */
    default Demand demand(String runId, Cancellation cancellation) throws InterruptedException {
        return Demand.UNKNOWN;
    }

    /**
     * Hears how far a run is. Called for rising values only, not more often than every half second and, all runs
     * together, than 20 times a second, in a thread that
     * does not hold up the algorithm; an exception is logged and changes nothing.
     *
     * @param runId the id of the test run
     * @param percent 1 to 100
     * @return false if the run is no longer wanted: it is stopped then
     */
    default boolean progress(String runId, int percent) {
        return true;
    }

    /**
     * Delivers the result, once. Returns only when it is known to be stored, or that it is not wanted.
     *
     * @param archive the result
     * @param run the run
     * @return false if the run is no longer wanted: nothing was stored then
     * @throws InterruptedException if the run is stopped
     */
    boolean upload(ResultArchive archive, RunContext run) throws InterruptedException;
}
