package sg.aiverify.worker.engine;

import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.failure.FailureKind;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.listener.EndedRun;
import sg.aiverify.worker.listener.RunEnd;
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.run.CancelReason;

/** Runs an attempt from its start to the settlement of its delivery. Also runs tasks in process. Thread-safe. */
final class AttemptRunner {
    private static final Logger log = LogManager.getLogger(AttemptRunner.class);

    private final int maxAttempts;
    private final StageSequence<?> stages;
    private final FailedAttempts failures;
    private final RunListener listeners;
    private final Settlements settlements;

    /**
     * Creates a runner.
     *
     * @param maxAttempts the largest number of attempts of a run; 1 for runs in process, which are not retried
     */
    AttemptRunner(
            int maxAttempts,
            StageSequence<?> stages,
            FailedAttempts failures,
            RunListener listeners,
            Settlements settlements) {
        this.maxAttempts = maxAttempts;
        this.stages = stages;
        this.failures = failures;
        this.listeners = listeners;
        this.settlements = settlements;
    }

    /** Settles deliveries. */
    @FunctionalInterface
    interface Settlements {
        /** Settles nothing. For tasks that were not delivered by a queue. */
        Settlements NONE = settlement -> {};

        void settle(Settlement settlement);
    }

    /** Runs an attempt in the current thread, then frees the attempt's slot and settles its delivery. */
    Conclusion run(Attempt attempt) {
        try (var context = RunLog.of(attempt.runId())) {
            attempt.stop().begin();
            Conclusion conclusion = conclude(attempt);
            attempt.stop().end();
            attempt.slot().free();
            listeners.ended(new EndedRun(
                    attempt.runId(),
                    attempt.number(),
                    conclusion.end(),
                    conclusion.failure(),
                    conclusion.settlement().isDeadLetter(),
                    attempt.took()));
            settlements.settle(conclusion.settlement());
            return conclusion;
        }
    }

    private Conclusion conclude(Attempt attempt) {
        try {
            listeners.received(attempt.runId(), attempt.number());
            if (!attempt.isValid() || attempt.number() > maxAttempts) {
                return failures.refuse(attempt);
            }
            Outcome outcome = runStages(attempt);
            return switch (outcome.kind()) {
                case SUCCEEDED -> succeeded(attempt, outcome);
                case FAILED -> failures.conclude(attempt, ((Outcome.Failed) outcome).failure());
                case NOT_NEEDED -> notNeeded(attempt, (Outcome.NotNeeded) outcome);
                case STOPPED -> stopped(attempt);
            };
        } catch (RunCancelledException | InterruptedException e) {
            log.debug("The run was stopped", e);
            return stopped(attempt);
        } catch (StageException e) {
            log.warn("Could not report the end of the run{}: {}", next(attempt), e.getMessage());
            return unexpected(attempt, e);
        } catch (RuntimeException | Error e) {
            log.error("The run ended unexpectedly{}", next(attempt), e);
            return unexpected(attempt, e);
        }
    }

    private Outcome runStages(Attempt attempt) {
        RunLog.COURSE.info(
                "Received: {}/{}, attempt {} of {}{}",
                attempt.task().gid(),
                attempt.task().cid(),
                attempt.number(),
                maxAttempts,
                RunLog.age(attempt.delivery()));
        return stages.run(attempt);
    }

    private Conclusion succeeded(Attempt attempt, Outcome outcome) {
        RunLog.COURSE.info("Succeeded after {}", attempt.times());
        listeners.succeeded(attempt.task());
        return new Conclusion(RunEnd.SUCCEEDED, new Settlement.Complete(attempt.delivery()), outcome);
    }

    private Conclusion notNeeded(Attempt attempt, Outcome.NotNeeded outcome) {
        Conclusion conclusion = skipped(attempt, outcome);
        listeners.cancelled(attempt.task());
        return conclusion;
    }

    private static Conclusion skipped(Attempt attempt, Outcome.NotNeeded outcome) {
        boolean isCancel = attempt.stop().wasCancelled();
        RunEnd end = isCancel ? RunEnd.CANCELLED : RunEnd.SKIPPED;
        RunLog.COURSE.info("{} after {}: {}", RunLog.notNeeded(isCancel), attempt.times(), outcome.reason());
        return new Conclusion(end, new Settlement.Complete(attempt.delivery()), outcome);
    }

    private Conclusion stopped(Attempt attempt) {
        Optional<CancelReason> reason = attempt.stop().reason();
        if (reason.isEmpty()) { // The module reported a stop that the worker had not requested.
            return stoppedForNow(attempt, "Stopped by a module", new Outcome.Stopped());
        }
        return switch (reason.get()) {
            case CANCELLED ->
                skipped(
                        attempt,
                        new Outcome.NotNeeded(attempt.stop().notNeeded().orElseThrow()));
            case LEASE_LOST -> {
                RunLog.COURSE.info(
                        "Stopped after {}, since another worker may have taken over the run", attempt.times());
                yield new Conclusion(
                        RunEnd.LEASE_LOST,
                        new Settlement.Drop(attempt.delivery()),
                        new Outcome.Stopped(CancelReason.LEASE_LOST));
            }
            // The status request before the error report exceeded its time limit.
            case TIMED_OUT ->
                stoppedForNow(attempt, "Stopped by a time limit", new Outcome.Stopped(CancelReason.TIMED_OUT));
            case SHUTDOWN -> {
                RunLog.COURSE.info(
                        attempt.isQueued()
                                ? "Returned to the queue after {}, because the worker is shutting down; this does not"
                                        + " count as an attempt"
                                : "Stopped after {}, because the worker is shutting down",
                        attempt.times());
                yield new Conclusion(
                        RunEnd.HANDED_BACK,
                        new Settlement.HandBack(attempt.delivery()),
                        new Outcome.Stopped(CancelReason.SHUTDOWN));
            }
        };
    }

    // Counts as an attempt and is retried after a delay. Otherwise the task would be redelivered at once, without end.
    private Conclusion stoppedForNow(Attempt attempt, String how, Outcome outcome) {
        RunLog.COURSE.info("{} after {}{}", attempt.isQueued() ? how : "Stopped", attempt.times(), next(attempt));
        return new Conclusion(RunEnd.RETRIED, failures.retry(attempt), outcome);
    }

    private static String next(Attempt attempt) {
        return attempt.isQueued() ? ", the task is redelivered later" : "";
    }

    private Conclusion unexpected(Attempt attempt, Throwable thrown) {
        String reason = Reason.of(thrown);
        Failure failure = new Failure(FailureKind.INFRASTRUCTURE, "worker", "The run ended unexpectedly: " + reason);
        return new Conclusion(RunEnd.RETRIED, failures.retry(attempt), new Outcome.Failed(failure, reason));
    }
}
