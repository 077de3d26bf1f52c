package sg.aiverify.worker.gateway;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.gateway.Gateway.Ownership;
import sg.aiverify.worker.run.Cancellation;

/**
 * Stores results, each once. The gateway turns any upload into a success, even of a run that was cancelled, and stores
 * a second upload as a second result: so the run's status, and whose the run is, are asked when only the last bytes are
 * missing, and again before anything is repeated. Thread-safe.
 */
final class ResultUpload {
    private static final Logger log = LogManager.getLogger(ResultUpload.class);

    private final GatewayWire wire;
    private final Attempts attempts;
    private final StatusQuestion statusQuestion;

    ResultUpload(GatewayWire wire, Attempts attempts, StatusQuestion statusQuestion) {
        this.wire = wire;
        this.attempts = attempts;
        this.statusQuestion = statusQuestion;
    }

    /** Asks where a run stands. */
    @FunctionalInterface
    interface StatusQuestion {
        RunStatus status(String runId, Cancellation cancellation);
    }

    boolean upload(String runId, Path archive, Ownership ownership, Cancellation cancellation) {
        boolean maybeStored = false;
        for (int failures = 1; ; failures++) {
            ArchiveEntity entity = new ArchiveEntity(archive, () -> goAhead(runId, ownership, cancellation));
            IOException trouble;
            try {
                post(entity, cancellation);
                return true;
            } catch (RunEnded e) {
                return maybeStored && e.status() == RunStatus.SUCCESS;
            } catch (BadAnswer e) {
                trouble = e;
                if (!e.mayPass()) {
                    if (maybeStored && statusQuestion.status(runId, cancellation) == RunStatus.SUCCESS) {
                        return true;
                    }
                    throw refused(e);
                }
            } catch (IOException e) {
                trouble = e;
            }
            log.warn("The upload of the result of {} failed: {}", runId, trouble.toString());
            if (entity.isWhole()) {
                maybeStored = true;
                RunStatus status = settled(runId, trouble, cancellation);
                if (status != RunStatus.PENDING) {
                    return status == RunStatus.SUCCESS;
                }
            }
            if (wire.timing().trouble().isExhaustedAfter(failures)) {
                throw last(trouble);
            }
            cancellation.sleep(wire.timing().trouble().pauseAfter(failures));
        }
    }

    private void post(ArchiveEntity entity, Cancellation cancellation) throws IOException {
        HttpUriRequestBase request = wire.request("POST", wire.timing().content(), "test_results", "upload_zip");
        request.setEntity(entity);
        wire.<@Nullable Void>send(request, cancellation, answer -> null);
    }

    private void goAhead(String runId, Ownership ownership, Cancellation cancellation) throws RunEnded {
        do {
            RunStatus status = statusQuestion.status(runId, cancellation);
            if (status != RunStatus.PENDING) {
                throw new RunEnded(status);
            }
        } while (!ownership.confirm());
        cancellation.throwIfCancelled();
    }

    /** Asks what became of a whole upload. Without an answer the gateway may still be storing it: asks for a while. */
    private RunStatus settled(String runId, IOException trouble, Cancellation cancellation) {
        RunStatus status = statusQuestion.status(runId, cancellation);
        boolean answered = trouble instanceof BadAnswer answer && !answer.isAway();
        for (int asked = 1;
                !answered
                        && status == RunStatus.PENDING
                        && !wire.timing().doubt().isExhaustedAfter(asked);
                asked++) {
            cancellation.sleep(wire.timing().doubt().pauseAfter(asked));
            status = statusQuestion.status(runId, cancellation);
        }
        return status;
    }

    private RuntimeException refused(BadAnswer e) {
        if (e.isAway()) {
            return attempts.trouble(e);
        }
        String message = failed(e);
        return switch (e.code()) {
            case 400, 413, 422 -> new TaskFailedException(message, e);
            default -> new InfrastructureException(message, e);
        };
    }

    private InfrastructureException last(IOException trouble) {
        if (trouble instanceof BadAnswer e && !e.isAway()) {
            return new InfrastructureException(failed(e), e);
        }
        return attempts.trouble(trouble);
    }

    private static String failed(BadAnswer e) {
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
