package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.config.internal.Secrets;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.failure.FailureKind;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.internal.Quantity;
import sg.aiverify.worker.listener.RunEnd;
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.queue.DeadLetter;
import sg.aiverify.worker.queue.Retry;
import sg.aiverify.worker.run.internal.Backoff;

/** Decides whether a failed attempt is retried or its error is reported. Thread-safe. */
final class FailedAttempts {
    private static final Logger log = LogManager.getLogger(FailedAttempts.class);
    private static final Backoff PAUSE = new Backoff(Duration.ofSeconds(2), Duration.ofMinutes(5));

    private final int maxAttempts;
    private final DiskSpace disk;
    private final ErrorReporter errors;
    private final RunListener listeners;
    private final Secrets secrets;

    /**
     * Creates the instance that one attempt runner uses.
     *
     * @param maxAttempts the largest number of attempts of a run; 1 for runs in process, which are not retried
     */
    FailedAttempts(int maxAttempts, DiskSpace disk, ErrorReporter errors, RunListener listeners, Secrets secrets) {
        this.maxAttempts = maxAttempts;
        this.disk = disk;
        this.errors = errors;
        this.listeners = listeners;
        this.secrets = secrets;
    }

    /**
     * Reports the error of a delivery that is not run: its task is invalid, or has no attempts left.
     *
     * @throws RunCancelledException if the attempt was stopped while its error was reported
     */
    Conclusion refuse(Attempt attempt) throws InterruptedException {
        if (!attempt.isValid()) {
            return invalid(attempt, new Failure(FailureKind.TASK, "task", attempt.flaw()).masked(secrets::masked));
        }
        return report(
                attempt,
                new Failure(
                        FailureKind.INFRASTRUCTURE,
                        "worker",
                        "given up after " + Quantity.of(attempt.number() - 1, "attempt")
                                + " that never finished; delivery " + attempt.number() + " was not run"));
    }

    /**
     * Schedules a retry of a failed attempt, returns its task to the queue, or reports its error.
     *
     * @throws RunCancelledException if the attempt was stopped while its error was reported
     */
    Conclusion conclude(Attempt attempt, Failure failure) throws InterruptedException {
        if (disk.isFull()) { // The files of this run do not fill the disk: they are already deleted.
            log.warn(
                    "Returned to the queue after {}, because the disk is full; this does not count as an attempt."
                            + " The failure was: {}",
                    attempt.times(),
                    failure.text());
            return new Conclusion(
                    RunEnd.HANDED_BACK, new Settlement.HandBack(attempt.delivery()), new Outcome.Failed(failure));
        }
        if (isRetryable(failure) && attempt.number() < maxAttempts) {
            Settlement.RetryLater retry = retry(attempt);
            log.warn(
                    "Attempt {} of {} failed after {}, the next follows in {}: {}",
                    attempt.number(),
                    maxAttempts,
                    attempt.times(),
                    RunLog.seconds(retry.retry().delay()),
                    failure.text());
            return new Conclusion(RunEnd.RETRIED, retry, new Outcome.Failed(failure));
        }
        return report(attempt, failure);
    }

    /** Returns the settlement that schedules a retry. */
    Settlement.RetryLater retry(Attempt attempt) {
        return new Settlement.RetryLater(new Retry(attempt.delivery(), PAUSE.delay(attempt.number())));
    }

    private Conclusion report(Attempt attempt, Failure failure) throws InterruptedException {
        String times = attempt.times();
        AtomicBoolean failed = new AtomicBoolean();
        try {
            Optional<String> notTaken = errors.report(attempt, failure, () -> {
                if (!failed.getAndSet(true)) { // Logged only if this delivery has the right to report.
                    RunLog.COURSE.warn("Failed{} after {}: {}", ofSeveral(attempt), times, failure.text());
                }
            });
            if (notTaken.isPresent()) {
                return notTaken(attempt, failure, notTaken.get(), failed.get());
            }
        } catch (RunCancelledException | InterruptedException e) {
            if (attempt.stop().notNeeded().isPresent()) {
                listeners.cancelled(attempt.task());
            }
            throw e;
        } catch (UnreportedException e) {
            listeners.unreported(attempt.task(), failure, problem(e));
            return unreported(attempt, failure, e);
        }
        listeners.failed(attempt.task(), failure);
        return isRetryable(failure) && attempt.isQueued()
                ? new Conclusion(
                        RunEnd.GIVEN_UP, deadLetter(attempt, failure, failure.text()), new Outcome.Failed(failure))
                : new Conclusion(
                        end(failure), new Settlement.Complete(attempt.delivery()), new Outcome.Failed(failure));
    }

    private Conclusion notTaken(Attempt attempt, Failure failure, String reason, boolean hasFailed) {
        boolean isCancel = attempt.stop().wasCancelled();
        if (hasFailed) { // The end of the attempt is already logged.
            log.info("The error is not reported: {}", reason);
        } else {
            RunLog.COURSE.info(
                    "{} after {}: {}; this error is not reported: {}",
                    RunLog.notNeeded(isCancel),
                    attempt.times(),
                    reason,
                    failure.text());
        }
        listeners.cancelled(attempt.task());
        return new Conclusion(
                isCancel ? RunEnd.CANCELLED : RunEnd.SKIPPED,
                new Settlement.Complete(attempt.delivery()),
                new Outcome.Failed(failure));
    }

    private String ofSeveral(Attempt attempt) {
        int number = attempt.number();
        return number > 1 && number <= maxAttempts ? " at attempt " + number + " of " + maxAttempts : "";
    }

    // The entry is kept as a dead letter, since only the program that wrote the entry can correct it.
    private Conclusion invalid(Attempt attempt, Failure failure) throws InterruptedException {
        String flaw = (failure.message().startsWith("The task is") ? "" : "Not a valid task: ") + failure.message();
        try {
            log.warn("{}; {}", flaw, errors.reportInvalid(attempt, failure));
        } catch (UnreportedException e) {
            log.warn("{}; not reported to the gateway", flaw);
            return unreported(attempt, failure, e);
        }
        return new Conclusion(
                RunEnd.INVALID, deadLetter(attempt, failure, failure.text()), new Outcome.Failed(failure));
    }

    // A run whose error cannot be reported must not be retried. The operator finds its task among the dead letters.
    private Conclusion unreported(Attempt attempt, Failure failure, UnreportedException e) {
        String problem = problem(e);
        return new Conclusion(
                RunEnd.UNREPORTED,
                deadLetter(attempt, failure, failure.text() + "\n" + problem),
                new Outcome.Failed(failure, problem));
    }

    private static Settlement deadLetter(Attempt attempt, Failure failure, String reason) {
        if (!attempt.isQueued()) {
            return new Settlement.Complete(attempt.delivery());
        }
        return new Settlement.GiveUp(new DeadLetter(
                attempt.delivery(), failure.kind(), reason, attempt.namedRun().orElse(null)));
    }

    private String problem(UnreportedException e) {
        return secrets.masked(FailureText.printable(String.valueOf(e.getMessage())));
    }

    private static RunEnd end(Failure failure) {
        return switch (failure.kind()) {
            case TIMED_OUT -> RunEnd.TIMED_OUT;
            case TASK, INFRASTRUCTURE, CANCELLED -> RunEnd.FAILED;
        };
    }

    private static boolean isRetryable(Failure failure) {
        return switch (failure.kind()) {
            case INFRASTRUCTURE -> true;
            case TASK, CANCELLED, TIMED_OUT -> false;
        };
    }
}
