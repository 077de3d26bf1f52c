package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.run.Cancellation;

/** A module that reports the error of a failed run. */
@API(status = STABLE, since = "1.0")
public interface ErrorModule extends StageModule {
    /**
     * Reports the failure, without retries. Returns when the module knows that the failure is stored, or that the run
     * has already finished, is cancelled or is unknown.
     *
     * @param runId the id of the test run
     * @param failure the failure to report
     * @param cancellation stops the report
     * @return true if the failure is stored; false if the run has already finished, is cancelled or is unknown
     * @throws sg.aiverify.worker.failure.InfrastructureException if the failure could not be stored
     * @throws InterruptedException if the thread is interrupted
     */
    boolean report(String runId, Failure failure, Cancellation cancellation) throws InterruptedException;
}
