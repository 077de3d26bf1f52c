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
 * Stores each result once. Thread-safe.
 *
 * <p>The gateway accepts any upload as a success, even for a cancelled run. It stores a second upload as a second
 * result. Therefore the run's status and the right to report are checked right before the last bytes are sent, and
 * again before an upload is repeated.
 */
final class ResultUpload {
    private static final Logger log = LogManager.getLogger(ResultUpload.class);

    private final GatewayWire wire;
    private final GatewayRetries retries;
    private final GatewayErrors errors;
    private final BiFunction<String, Cancellation, RunStatus> statusRequest;
    /** The runs whose result was sent completely, while it is unknown whether the gateway stored the result. */
    private final Set<String> inDoubt = ConcurrentHashMap.newKeySet();

    ResultUpload(
            GatewayWire wire,
            GatewayRetries retries,
            GatewayErrors errors,
            BiFunction<String, Cancellation, RunStatus> statusRequest) {
        this.wire = wire;
        this.retries = retries;
        this.errors = errors;
        this.statusRequest = statusRequest;
    }

    /** Uploads a result. If a time limit stops the upload, the exception contains the last failure of the gateway. */
    boolean upload(String runId, Path archive, UploadGuard guard, Cancellation cancellation) {
        AtomicReference<String> last = new AtomicReference<>("");
        try {
            return upload(runId, archive, guard, cancellation, last);
        } catch (RunCancelledException e) {
            throw last.get().isEmpty()
                    ? e
                    : RunCancelledException.withOutput(
                            String.valueOf(e.getMessage()), "last failure at the gateway: " + last.get());
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
            IOException failure;
            try {
                post(entity, cancellation);
                inDoubt.remove(runId);
                outage.end()
                        .ifPresent(lasted -> log.info(
                                "The gateway stored the result, {} s after the first failure", lasted.toSeconds()));
                return true;
            } catch (RunEnded e) {
                return maybeStored && e.status() == RunStatus.SUCCESS;
            } catch (BadResponse e) {
                failure = e;
                if (!e.isTransient()) {
                    if (maybeStored && statusRequest.apply(runId, cancellation) == RunStatus.SUCCESS) {
                        return true;
                    }
                    inDoubt.remove(runId);
                    throw refused(e, guard);
                }
            } catch (IOException e) {
                failure = e;
            }
            String reason = errors.reason(failure);
            last.set(reason);
            guard.noteFailure("accepts no results: " + reason);
            log.log(
                    outage.noteFailure(reason) ? Level.WARN : Level.DEBUG,
                    "{}, during the upload of the result; retrying",
                    reason);
            if (entity.isWhole()) {
                maybeStored = true;
                boolean answered = failure instanceof BadResponse response && !response.isUnavailable();
                RunStatus status = settled(runId, answered, cancellation);
                if (status != RunStatus.PENDING) {
                    return status == RunStatus.SUCCESS;
                }
            }
            if (wire.timing().retries().isExhaustedAfter(failures)) {
                throw last(failure, cancellation, outage.lasted());
            }
            cancellation.sleep(wire.timing().retries().pauseAfter(failures));
        }
    }

    /**
     * Checks whether the gateway stored a result whose upload ended without a response. After a time limit has ended
     * the upload, the gateway may still be storing the result. A run whose error is reported meanwhile would then
     * become a success.
     */
    boolean mayHaveBeenStored(String runId, Cancellation cancellation) {
        return inDoubt.contains(runId) && settled(runId, false, cancellation) == RunStatus.SUCCESS;
    }

    private void post(ArchiveEntity entity, Cancellation cancellation) throws IOException {
        HttpUriRequestBase request = wire.request("POST", wire.timing().content(), "test_results", "upload_zip");
        request.setEntity(entity);
        wire.<@Nullable Void>send(request, cancellation, response -> null);
    }

    private void goAhead(String runId, UploadGuard guard, Cancellation cancellation) throws RunEnded {
        do {
            RunStatus status = statusRequest.apply(runId, cancellation);
            if (status != RunStatus.PENDING) {
                throw new RunEnded(status);
            }
        } while (!guard.confirm());
        cancellation.throwIfCancelled();
    }

    /**
     * Requests the run's status after a complete upload. If the gateway did not respond to the upload, it may still be
     * storing the result. Then the request is repeated for some time while the run is pending.
     */
    private RunStatus settled(String runId, boolean answered, Cancellation cancellation) {
        RunStatus status = statusRequest.apply(runId, cancellation);
        for (int requests = 1;
                !answered
                        && status == RunStatus.PENDING
                        && !wire.timing().doubt().isExhaustedAfter(requests);
                requests++) {
            cancellation.sleep(wire.timing().doubt().pauseAfter(requests));
            status = statusRequest.apply(runId, cancellation);
        }
        // From here on, the status is known, or no more requests are made.
        inDoubt.remove(runId);
        return status;
    }

    private RuntimeException refused(BadResponse e, UploadGuard guard) {
        if (e.isUnavailable()) {
            return retries.failure(e);
        }
        String message = failed(e);
        return switch (e.code()) {
            case 400, 413, 422 -> new TaskFailedException(message, e);
            default -> {
                guard.noteFailure("accepts no results: " + errors.reason(e));
                yield new InfrastructureException(message, e);
            }
        };
    }

    private InfrastructureException last(IOException failure, Cancellation cancellation, Duration lasted) {
        InfrastructureException lasting = retries.lasting(failure, cancellation, lasted);
        return failure instanceof BadResponse e && !(lasting instanceof ServiceUnavailableException)
                ? new InfrastructureException(failed(e), e)
                : lasting;
    }

    private static String failed(BadResponse e) {
        return "Upload failed with status code " + e.code() + ": "
                + (e.detail().isEmpty() ? "the gateway returned no reason" : e.detail());
    }

    /** Stops a request before its last bytes, since the run has ended. */
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
