package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.run.Cancellation;

/** Delivers the error of a run that failed. */
@API(status = STABLE, since = "1.0")
public interface ErrorModule extends StageModule {
    /**
     * Delivers the failure, once. Returns when it is known to be stored, or that the run is not wanted any more.
     *
     * @param runId the id of the test run
     * @param failure what to tell
     * @param cancellation stops it
     * @return false if the run is no longer wanted: nothing was stored then
     * @throws sg.aiverify.worker.failure.InfrastructureException if it could not be stored
     * @throws InterruptedException if the thread is interrupted
     */
    boolean report(String runId, Failure failure, Cancellation cancellation) throws InterruptedException;
}
