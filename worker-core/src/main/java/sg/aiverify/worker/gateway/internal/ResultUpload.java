package sg.aiverify.worker.gateway.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.failure.internal.Outage;
import sg.aiverify.worker.gateway.Gateway.UploadGuard;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.run.Cancellation;

/**
 * Stores results, each once. The gateway turns any upload into a success, even of a run that was cancelled, and stores
 * a second upload as a second result: so the run's status, and the right to report it, are asked for when only the last bytes are
 * missing, and again before anything is repeated. Thread-safe.
 */
final class ResultUpload {
    private static final Logger log = LogManager.getLogger(ResultUpload.class);

    private final GatewayWire wire;
    private final GatewayRetries retries;
    private final GatewayErrors errors;
    private final BiFunction<String, Cancellation, RunStatus> statusQuestion;
    /** Runs whose result was sent to its last byte, and of which it is not known whether it is stored. */
    private final Set<String> inDoubt = ConcurrentHashMap.newKeySet();

    ResultUpload(
            GatewayWire wire,
            GatewayRetries retries,
            GatewayErrors errors,
            BiFunction<String, Cancellation, RunStatus> statusQuestion) {
        this.wire = wire;
        this.retries = retries;
        this.errors = errors;
        this.statusQuestion = statusQuestion;
    }

    /** Uploads a result; if a limit ends that, the failure says what the trouble was until then. */
    boolean upload(String runId, Path archive, UploadGuard guard, Cancellation cancellation) {
        AtomicReference<String> last = new AtomicReference<>("");
        try {
            return upload(runId, archive, guard, cancellation, last);
        } catch (RunCancelledException e) {
            throw last.get().isEmpty()
                    ? e
                    : RunCancelledException.withOutput(
                            String.valueOf(e.getMessage()), "last, the gateway failed it: " + last.get());
        }
    }

    private boolean upload(
            String runId, Path archive, UploadGuard guard, Cancellation cancellation, AtomicReference<String> last) {
        boolean maybeStored = inDoubt.contains(runId);
        if (maybeStored) {
            RunStatus status = settled(runId, false, cancellation);
            if (status != RunStatus.PENDING) {
                return status == RunStatus.SUCCESS;
            }
        }
        Outage outage = new Outage();
        for (int failures = 1; ; failures++) {
            ArchiveEntity entity = new ArchiveEntity(archive, () -> {
                goAhead(runId, guard, cancellation);
                inDoubt.add(runId);
            });
            IOException trouble;
            try {
                post(entity, cancellation);
                inDoubt.remove(runId);
                outage.end()
                        .ifPresent(lasted ->
                                log.info("The gateway has taken the result, {} s after it failed", lasted.toSeconds()));
                return true;
            } catch (RunEnded e) {
                return maybeStored && e.status() == RunStatus.SUCCESS;
            } catch (BadResponse e) {
                trouble = e;
                if (!e.mayPass()) {
                    if (maybeStored && statusQuestion.apply(runId, cancellation) == RunStatus.SUCCESS) {
                        return true;
                    }
                    inDoubt.remove(runId);
                    throw refused(e, guard);
                }
            } catch (IOException e) {
                trouble = e;
            }
            String reason = errors.reason(trouble);
            last.set(reason);
            guard.noteFailure("takes no results: " + reason);
            log.log(
                    outage.noteFailure(reason) ? Level.WARN : Level.DEBUG,
                    "{}, at the upload of the result; trying again",
                    reason);
            if (entity.isWhole()) {
                maybeStored = true;
                boolean answered = trouble instanceof BadResponse answer && !answer.isUnavailable();
                RunStatus status = settled(runId, answered, cancellation);
                if (status != RunStatus.PENDING) {
                    return status == RunStatus.SUCCESS;
                }
            }
            if (wire.timing().trouble().isExhaustedAfter(failures)) {
                throw last(trouble, cancellation, outage.lasted());
            }
            cancellation.sleep(wire.timing().trouble().pauseAfter(failures));
        }
    }

    /**
     * Tells whether a run has the result that this worker has sent it without getting an answer. The gateway may still
     * be storing it when a limit has ended the upload, and would turn an error that is reason meanwhile into a success.
     */
    boolean mayHaveBeenStored(String runId, Cancellation cancellation) {
        return inDoubt.contains(runId) && settled(runId, false, cancellation) == RunStatus.SUCCESS;
    }

    private void post(ArchiveEntity entity, Cancellation cancellation) throws IOException {
        HttpUriRequestBase request = wire.request("POST", wire.timing().content(), "test_results", "upload_zip");
        request.setEntity(entity);
        wire.<@Nullable Void>send(request, cancellation, answer -> null);
    }

    private void goAhead(String runId, UploadGuard guard, Cancellation cancellation) throws RunEnded {
        do {
            RunStatus status = statusQuestion.apply(runId, cancellation);
            if (status != RunStatus.PENDING) {
                throw new RunEnded(status);
            }
        } while (!guard.confirm());
        cancellation.throwIfCancelled();
    }

    /** Asks what became of a whole upload. Without an answer the gateway may still be storing it: asks for a while. */
    private RunStatus settled(String runId, boolean answered, Cancellation cancellation) {
        RunStatus status = statusQuestion.apply(runId, cancellation);
        for (int asked = 1;
                !answered
                        && status == RunStatus.PENDING
                        && !wire.timing().doubt().isExhaustedAfter(asked);
                asked++) {
            cancellation.sleep(wire.timing().doubt().pauseAfter(asked));
            status = statusQuestion.apply(runId, cancellation);
        }
        // Asked long enough, or there is nothing to ask about any more.
        inDoubt.remove(runId);
        return status;
    }

    private RuntimeException refused(BadResponse e, UploadGuard guard) {
        if (e.isUnavailable()) {
            return retries.trouble(e);
        }
        String message = failed(e);
        return switch (e.code()) {
            case 400, 413, 422 -> new TaskFailedException(message, e);
            default -> {
                guard.noteFailure("takes no results: " + errors.reason(e));
                yield new InfrastructureException(message, e);
            }
        };
    }

    private InfrastructureException last(IOException trouble, Cancellation cancellation, Duration lasted) {
        InfrastructureException lasting = retries.lasting(trouble, cancellation, lasted);
        return trouble instanceof BadResponse e && !(lasting instanceof ServiceUnavailableException)
                ? new InfrastructureException(failed(e), e)
                : lasting;
    }

    private static String failed(BadResponse e) {
        return "Upload failed with status code " + e.code() + ": "
                + (e.detail().isEmpty() ? "the gateway gives no reason" : e.detail());
    }

    /** Stops a request before its last bytes, since the run is over. */
    private static final class RunEnded extends IOException {
        private static final long serialVersionUID = 1L;

        private final RunStatus status;

        RunEnded(RunStatus status) {
            super("the run is no longer pending: " + status);
            this.status = status;
        }

        RunStatus status() {
            return status;
        }
    }
}
