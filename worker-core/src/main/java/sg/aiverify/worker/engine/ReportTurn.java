package sg.aiverify.worker.engine;

import java.time.Duration;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.stage.Demand;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.UploadModule;

/** Waits until an attempt has the right to report, and checks whether its result is still needed. Thread-safe. */
final class ReportTurn {
    private static final Logger log = LogManager.getLogger(ReportTurn.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final String FOR_DEMAND = "the request for the run's status";
    private static final String NOT_TAKEN = "not accepted, for an unknown reason";
    private static final String FOR_RIGHT = "the request for the right to report";

    private final UploadModule upload;
    private final StageCalls calls;
    private final Waiting waiting;

    ReportTurn(UploadModule upload, StageCalls calls, Waiting waiting) {
        this.upload = upload;
        this.calls = calls;
        this.waiting = waiting;
    }

    /**
     * Begins a stage that reports a result or an error. Waits while another delivery of the run has the right to
     * report.
     *
     * @return true once this delivery has the right to report; false if the result of the run is not needed
     */
    boolean await(Attempt attempt, Stage stage) throws InterruptedException {
        attempt.enter(stage);
        while (!calls.ask(attempt, stage, FOR_RIGHT, attempt.reportRight()::acquire)
                .isOurs()) {
            log.info("Another delivery of the run is about to report, waiting for it");
            attempt.stop().phase().sleep(waiting.lasts(Waiting.Reason.RETRY, PAUSE));
            if (isNotNeeded(attempt)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns why the gateway did not accept a result or an error. Requests the run's status unless the reason is
     * known.
     *
     * @return the reason, as a clause
     */
    String whyNotTaken(Attempt attempt) throws InterruptedException {
        try {
            if (attempt.stop().notNeeded().isEmpty()) {
                isNotNeeded(attempt);
            }
        } catch (InfrastructureException e) { // The run has ended, only the reason is not known.
            log.debug("Could not find out why it was not accepted", e);
        }
        return attempt.stop().notNeeded().orElse(NOT_TAKEN);
    }

    private boolean isNotNeeded(Attempt attempt) throws InterruptedException {
        Demand demand = demand(attempt);
        if (demand.isNotNeeded()) {
            attempt.stop().noteNotNeeded(demand);
        }
        return demand.isNotNeeded();
    }

    /**
     * Checks whether the result of a run is still needed; waits while the gateway is unavailable. The upload module is
     * called, so the time limit of the upload stage applies. If the call fails, the attempt's current stage counts as
     * failed.
     */
    Demand demand(Attempt attempt) throws InterruptedException {
        return calls.ask(
                attempt,
                Stage.UPLOAD,
                FOR_DEMAND,
                () -> upload.demand(attempt.runId(), attempt.stop().phase()));
    }
}
