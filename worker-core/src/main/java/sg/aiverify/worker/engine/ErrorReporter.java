package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.Optional;
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
import sg.aiverify.worker.stage.Demand;
import sg.aiverify.worker.stage.ErrorModule;
import sg.aiverify.worker.stage.Stage;

/** Reports the errors of runs with the module of the error stage. Retries until the errors are stored. Thread-safe. */
final class ErrorReporter {
    private static final Logger log = LogManager.getLogger(ErrorReporter.class);
    private static final Backoff PAUSE = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30));
    private static final int BROKEN_TRIES = 3;
    private static final String NOT_REPORTED = "not reported to the gateway: ";

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

    /**
     * Reports why an entry is not a valid task. Reports nothing if the entry names no run, or a run that has ended.
     *
     * @return a text for the log: the error was reported, or was not reported for a certain reason
     */
    String reportInvalid(Attempt attempt, Failure failure) throws InterruptedException {
        if (attempt.namedRun().isEmpty()) {
            return "not reported: the entry names no run";
        }
        // An invalid copy of a task must not change a run that has ended.
        Demand demand = turn.demand(attempt);
        if (demand.isNotNeeded()) {
            return NOT_REPORTED + demand.reason();
        }
        return report(attempt, failure, () -> {})
                .map(reason -> NOT_REPORTED + reason)
                .orElse("reported to the gateway");
    }

    /**
     * Reports a failure, with retries until the gateway has stored it.
     *
     * @param begun called before each try, after the right to report was acquired
     * @return empty if the failure was reported; otherwise the reason why the gateway does not need the run's result
     * @throws RunCancelledException if the attempt was stopped
     * @throws UnreportedException if the module is broken and cannot report the failure
     */
    Optional<String> report(Attempt attempt, Failure failure, Runnable begun) throws InterruptedException {
        Cancellation cancellation = attempt.stop().beginReport();
        Outage outage = new Outage();
        int broken = 0;
        for (int failures = 1; ; failures++) {
            long start = System.nanoTime();
            String problem;
            try {
                boolean isOurs = turn.await(attempt, Stage.PIPELINE_ERROR);
                if (isOurs) {
                    begun.run();
                }
                start = System.nanoTime();
                boolean stored = isOurs && reportOnce(attempt, failure, cancellation);
                Optional<String> reason = stored ? Optional.empty() : Optional.of(turn.whyNotTaken(attempt));
                outage.end()
                        .ifPresent(lasted -> log.info(
                                "{}, after {}",
                                stored ? "Reported the error" : "The error need not be reported any more",
                                RunLog.seconds(lasted)));
                return reason;
            } catch (InfrastructureException e) {
                problem = String.valueOf(e.getMessage());
            } catch (RunCancelledException e) {
                throw e;
            } catch (RuntimeException | LinkageError | StackOverflowError e) {
                String name = calls.module(attempt);
                log.error("The module {} failed while reporting the error: {}", name, failure.text(), e);
                if (++broken == BROKEN_TRIES) {
                    throw new UnreportedException(name, e);
                }
                problem = Reason.of(e);
            }
            attempt.slot().leaveForReport();
            Duration before = Duration.ofNanos(System.nanoTime() - start); // includes the failed try
            Level level = outage.noteFailure(problem, before) ? Level.WARN : Level.DEBUG;
            log.log(level, "Could not report the error yet, retrying: {}", problem);
            cancellation.sleep(waiting.lasts(Waiting.Reason.RETRY, PAUSE.delay(failures)));
        }
    }

    private boolean reportOnce(Attempt attempt, Failure failure, Cancellation cancellation)
            throws InterruptedException {
        ReportRightCancellation checked = new ReportRightCancellation(cancellation, attempt.reportRight());
        return calls.run(attempt, Stage.PIPELINE_ERROR, () -> module.report(attempt.runId(), failure, checked));
    }
}
