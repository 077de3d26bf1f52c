package sg.aiverify.worker.engine;

import java.time.Duration;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.internal.Outage;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.run.internal.Backoff;
import sg.aiverify.worker.stage.ErrorModule;
import sg.aiverify.worker.stage.Stage;

/** Reports the errors of runs by the module of the error stage, again and again until they are stored. Thread-safe. */
final class ErrorReporter {
    private static final Logger log = LogManager.getLogger(ErrorReporter.class);
    private static final Backoff PAUSE = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30));
    private static final int BROKEN_TRIES = 3;

    private final ErrorModule module;
    private final StageCalls calls;
    private final ReportTurn turn;
    private final Waiting waiting;

    ErrorReporter(ErrorModule module, StageCalls calls, ReportTurn turn, Waiting waiting) {
        this.module = module;
        this.calls = calls;
        this.turn = turn;
        this.waiting = waiting;
    }

    /** Reports why an entry is no valid task, unless it names no run, or one that is over. */
    void reportInvalid(Attempt attempt, Failure failure) throws InterruptedException {
        // A broken copy of a task must not touch a run that is over.
        if (attempt.namedRun().isPresent() && !turn.demand(attempt).isNotWanted()) {
            report(attempt, failure);
        }
    }

    /**
     * Reports a failure for good.
     *
     * @return false if the run is not wanted any more
     * @throws RunCancelledException if the attempt was stopped
     * @throws UnreportedException if the module cannot do it
     */
    boolean report(Attempt attempt, Failure failure) throws InterruptedException {
        Cancellation cancellation = attempt.stop().beginReport();
        Outage outage = new Outage();
        int broken = 0;
        for (int failures = 1; ; failures++) {
            String trouble;
            try {
                boolean stored = reportOnce(attempt, failure, cancellation);
                outage.end()
                        .ifPresent(lasted -> log.info(
                                "{} after {}",
                                stored ? "The error is reported at last," : "The error need not be reported any more,",
                                RunLog.seconds(lasted)));
                return stored;
            } catch (InfrastructureException e) {
                trouble = String.valueOf(e.getMessage());
            } catch (RunCancelledException e) {
                throw e;
            } catch (RuntimeException | LinkageError | StackOverflowError e) {
                String name = calls.module(attempt);
                log.error("The module {} cannot report the error: {}", name, failure.text(), e);
                if (++broken == BROKEN_TRIES) {
                    throw new UnreportedException(name, e);
                }
                trouble = Reason.of(e);
            }
            attempt.slot().leaveForReport();
            Level level = outage.noteTrouble(trouble) ? Level.WARN : Level.DEBUG;
            log.log(level, "The error is not reported yet, and tried again: {}", trouble);
            cancellation.sleep(waiting.lasts(Waiting.Reason.RETRY, PAUSE.delay(failures)));
        }
    }

    private boolean reportOnce(Attempt attempt, Failure failure, Cancellation cancellation)
            throws InterruptedException {
        if (!turn.await(attempt, Stage.PIPELINE_ERROR)) {
            return false;
        }
        ReportRightCancellation checked = new ReportRightCancellation(cancellation, attempt.reportRight());
        return calls.run(attempt, Stage.PIPELINE_ERROR, () -> module.report(attempt.runId(), failure, checked));
    }
}
