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

/** Runs an attempt from its start to its settlement, for runs of a queue and in process alike. Thread-safe. */
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
     * @param maxAttempts the number of attempts of a run; 1 for runs in process, which are not retried
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
        /** Settles nothing, for tasks that no queue has delivered. */
        Settlements NONE = settlement -> {};

        void settle(Settlement settlement);
    }

    /** Runs an attempt in this thread and in its slot. */
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
            log.debug("It was stopped", e);
            return stopped(attempt);
        } catch (StageException e) {
            log.warn("Its end could not be reported{}: {}", next(attempt), e.getMessage());
            return unexpected(attempt, e);
        } catch (RuntimeException | Error e) {
            log.error("It ended unexpectedly{}", next(attempt), e);
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
        if (reason.isEmpty()) { // A module reports a stop that the worker did not request.
            return stoppedForNow(attempt, "Stopped by its module", new Outcome.Stopped());
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
            // The status request before the error report exceeded its limit.
            case TIMED_OUT -> stoppedForNow(attempt, "Stopped by a limit", new Outcome.Stopped(CancelReason.TIMED_OUT));
            case SHUTDOWN -> {
                RunLog.COURSE.info(
                        attempt.isQueued()
                                ? "Returned to the queue after {}, without spending an attempt"
                                : "Stopped after {}",
                        attempt.times());
                yield new Conclusion(
                        RunEnd.HANDED_BACK,
                        new Settlement.HandBack(attempt.delivery()),
                        new Outcome.Stopped(CancelReason.SHUTDOWN));
            }
        };
    }

    // If it were returned to the queue, it would be redelivered at once, forever. So an attempt is spent.
    private Conclusion stoppedForNow(Attempt attempt, String how, Outcome outcome) {
        RunLog.COURSE.info(
                "{} after {}", attempt.isQueued() ? how + ", and tried again later," : "Stopped", attempt.times());
        return new Conclusion(RunEnd.RETRIED, failures.retry(attempt), outcome);
    }

    private static String next(Attempt attempt) {
        return attempt.isQueued() ? ", another attempt follows" : "";
    }

    private Conclusion unexpected(Attempt attempt, Throwable thrown) {
        String reason = Reason.of(thrown);
        Failure failure = new Failure(FailureKind.INFRASTRUCTURE, "worker", "It ended unexpectedly: " + reason);
        return new Conclusion(RunEnd.RETRIED, failures.retry(attempt), new Outcome.Failed(failure, reason));
    }
}
