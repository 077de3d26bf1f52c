package sg.aiverify.worker.pipeline;

import sg.aiverify.worker.failure.Failure;

/** Delivers the error of a run that failed. */
public interface ErrorPipe extends Pipe {
    /**
     * Delivers the failure, once. Returns when it is known to be stored, or that the run has ended otherwise.
     *
     * @param runId the id of the test run
     * @param failure what to tell
     * @throws sg.aiverify.worker.failure.InfrastructureException if it could not be stored
     * @throws InterruptedException if the thread is interrupted
     */
    void report(String runId, Failure failure) throws InterruptedException;
}
