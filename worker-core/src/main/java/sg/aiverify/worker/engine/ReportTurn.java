package sg.aiverify.worker.engine;

import java.time.Duration;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.stage.Demand;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.UploadModule;

/** Waits until an attempt has the right to report, and asks whether its run is still wanted. Thread-safe. */
final class ReportTurn {
    private static final Logger log = LogManager.getLogger(ReportTurn.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final String FOR_DEMAND = "the question for the run's state";
    private static final String NOT_TAKEN = "not taken, for a reason that is not known";
    private static final String FOR_RIGHT = "the question to the queue for the right to report";

    private final UploadModule upload;
    private final StageCalls calls;
    private final Waiting waiting;

    ReportTurn(UploadModule upload, StageCalls calls, Waiting waiting) {
        this.upload = upload;
        this.calls = calls;
        this.waiting = waiting;
    }

    /**
     * Begins a stage that reports: waits while another delivery of the run has the right to.
     *
     * @return false if the run is not wanted any more
     */
    boolean await(Attempt attempt, Stage stage) throws InterruptedException {
        attempt.enter(stage);
        while (!calls.ask(attempt, stage, FOR_RIGHT, attempt.reportRight()::acquire)
                .isOurs()) {
            log.info("Another delivery is about to report: waiting for it");
            attempt.stop().phase().sleep(waiting.lasts(Waiting.Reason.RETRY, PAUSE));
            if (isNotNeeded(attempt)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Says why a result or an error was not taken; asks unless that is known.
     *
     * @return the end of a sentence
     */
    String whyNotTaken(Attempt attempt) throws InterruptedException {
        try {
            if (attempt.stop().notNeeded().isEmpty()) {
                isNotNeeded(attempt);
            }
        } catch (InfrastructureException e) { // It is over, whatever the reason.
            log.debug("Why it was not taken could not be asked", e);
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
     * Asks whether a run is still wanted; waits while the service that knows is unavailable. The module of the upload
     * answers, so its stage's limit holds; but what fails with the question is the stage that the attempt is in.
     */
    Demand demand(Attempt attempt) throws InterruptedException {
        return calls.ask(
                attempt,
                Stage.UPLOAD,
                FOR_DEMAND,
                () -> upload.demand(attempt.runId(), attempt.stop().phase()));
    }
}
