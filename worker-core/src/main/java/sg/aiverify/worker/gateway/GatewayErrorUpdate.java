package sg.aiverify.worker.gateway;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.pipeline.ErrorPipe;
import sg.aiverify.worker.run.CancellationSource;

/** Stores the errors of runs at the gateway. */
final class GatewayErrorUpdate implements ErrorPipe {
    private static final Logger log = LogManager.getLogger(GatewayErrorUpdate.class);

    private final Gateway gateway;

    GatewayErrorUpdate(Gateway gateway) {
        this.gateway = gateway;
    }

    @Override
    public void report(String runId, Failure failure) throws InterruptedException {
        String message = failure.message().startsWith(failure.stage())
                ? failure.message()
                : failure.stage() + ": " + failure.message();
        try {
            // Nobody stops this: the error of a run that was stopped must be stored, too.
            if (!gateway.fail(runId, message, new CancellationSource())) {
                log.info("The test run {} is no longer pending; its error is not stored: {}", runId, message);
            }
        } catch (RunCancelledException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException(e.getMessage());
            }
            throw e;
        }
    }
}
