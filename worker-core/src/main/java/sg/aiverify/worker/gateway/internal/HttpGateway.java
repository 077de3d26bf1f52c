package sg.aiverify.worker.gateway.internal;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.gateway.Gateway;
import sg.aiverify.worker.gateway.RunState;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.CancellationSource;
import sg.aiverify.worker.run.Waiting;

/** The HTTP client of the gateway. It connects when it is first used. Thread-safe. */
public final class HttpGateway implements Gateway, AutoCloseable {
    private static final Logger log = LogManager.getLogger(HttpGateway.class);
    private static final Duration PROGRESS_TIMEOUT = Duration.ofSeconds(10);
    private static final String TEST_RUNS = "test_runs";

    private final GatewayWire wire;
    private final GatewayRetries retries;
    private final ResultUpload results;

    /**
     * Creates a client with the standard timeouts and retries.
     *
     * @param settings the gateway's address and connection settings
     * @param waiting sets the length of the pauses between retries
     */
    public HttpGateway(GatewaySettings settings, Waiting waiting) {
        this(settings, GatewayTiming.standard(waiting));
    }

    HttpGateway(GatewaySettings settings, GatewayTiming timing) {
        this.wire = new GatewayWire(settings, timing);
        GatewayErrors errors = new GatewayErrors(settings);
        this.retries = new GatewayRetries(errors, timing, this::probe);
        this.results = new ResultUpload(wire, retries, errors, this::status);
    }

    /**
     * Creates a client from the worker's settings.
     *
     * @param settings the settings that contain {@link GatewaySettings#APIGW_URL}
     * @param waiting sets the length of the pauses between retries
     * @return the client
     */
    public static HttpGateway of(Settings settings, Waiting waiting) {
        return new HttpGateway(GatewaySettings.of(settings), waiting);
    }

    @Override
    public String downloadAlgorithm(String gid, String cid, Path target, Cancellation cancellation) {
        GatewayName.file("plug-in", gid);
        GatewayName.file("algorithm", cid);
        String what = "algorithm '" + gid + "/" + cid + "'";
        return download(what, target, cancellation, "plugins", gid, "algorithms", cid);
    }

    @Override
    public String download(Store store, String name, Path target, Cancellation cancellation) {
        String kind = store == Store.MODELS ? "model" : "dataset";
        GatewayName.file(kind, name);
        String what = kind + " '" + name + "'";
        return download(what, target, cancellation, "storage", store == Store.MODELS ? "models" : "datasets", name);
    }

    private String download(String what, Path target, Cancellation cancellation, String... segments) {
        try {
            return retries.retryTransient("the download of the " + what, cancellation, () -> {
                HttpUriRequestBase request = wire.request("GET", wire.timing().content(), segments);
                return wire.send(request, cancellation, entity -> FileDownload.write(entity, target));
            });
        } catch (BadResponse e) {
            switch (e.code()) {
                case 404, 410 ->
                    throw new TaskFailedException(
                            e.getMessage() + ": the gateway has no " + what
                                    + "; it is mistyped, or was deleted or renamed since the test run was submitted",
                            e);
                case 400, 422 -> throw new TaskFailedException(e.getMessage() + ": the gateway refuses the " + what, e);
                default -> throw withWhat(what, e, cancellation);
            }
        }
    }

    private InfrastructureException withWhat(String what, BadResponse e, Cancellation cancellation) {
        InfrastructureException failure = retries.lasting(e, cancellation);
        return failure instanceof ServiceUnavailableException
                ? failure
                : new InfrastructureException(failure.getMessage() + " for the " + what, e);
    }

    @Override
    public Optional<FileType> fileType(Store store, String name, Cancellation cancellation) {
        String list = store == Store.MODELS ? "test_models" : "test_datasets";
        try {
            return retries.retryTransient("the request for the list " + list, cancellation, () -> {
                HttpUriRequestBase request = wire.request("GET", wire.timing().response(), list, "");
                return wire.send(request, cancellation, entity -> GatewayJson.fileType(entity, name));
            });
        } catch (BadResponse e) {
            InfrastructureException failure = retries.lasting(e, cancellation);
            if (failure instanceof ServiceUnavailableException) {
                throw failure;
            }
            log.warn("Could not get the list {} from the gateway: {}", list, e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public RunState state(String runId, Cancellation cancellation) {
        try {
            return retries.onRun("the request for the run's state", cancellation, () -> stateOnce(runId, cancellation));
        } catch (BadResponse e) {
            if (e.code() == 404) {
                return new RunState(RunStatus.ABSENT);
            }
            InfrastructureException failure = retries.lasting(e, cancellation);
            // For a run that has ended, the gateway refuses the change in stateOnce before it fails on a deleted
            // dataset. So this run has not ended, unless the gateway fails every request.
            if (e.code() == 500 && !(failure instanceof ServiceUnavailableException)) {
                log.warn("The gateway cannot show the test run, assuming that it is pending");
                return new RunState(RunStatus.PENDING);
            }
            throw failure;
        }
    }

    private void probe(Cancellation cancellation) throws IOException {
        HttpUriRequestBase request = wire.request("GET", wire.timing().response(), TEST_RUNS, GatewayProbe.UNKNOWN_RUN);
        wire.<@Nullable Void>send(request, cancellation, entity -> null);
    }

    private RunStatus status(String runId, Cancellation cancellation) {
        return state(runId, cancellation).status();
    }

    private RunState stateOnce(String runId, Cancellation cancellation) throws IOException {
        try {
            HttpUriRequestBase request = wire.request("GET", wire.timing().response(), TEST_RUNS, runId);
            return wire.send(request, cancellation, GatewayJson::state);
        } catch (BadResponse e) {
            if (e.code() != 500) {
                throw e;
            }
        }
        // The gateway cannot show a run whose dataset was deleted. But it refuses any change to a run that has ended.
        try {
            patch(runId, new JsonObject(), wire.timing().response(), cancellation);
            return new RunState(RunStatus.PENDING);
        } catch (BadResponse e) {
            if (e.isNotPending()) {
                return new RunState(RunStatus.CANCELLED);
            }
            throw e;
        }
    }

    @Override
    public boolean progress(String runId, int percent) {
        if (percent < 1 || percent > 100) {
            throw new IllegalArgumentException("Progress is " + percent + "; allowed: 1 to 100");
        }
        JsonObject change = new JsonObject();
        change.addProperty("progress", percent);
        try {
            patch(runId, change, PROGRESS_TIMEOUT, new CancellationSource());
            return true;
        } catch (BadResponse e) {
            if (e.isNotPending()) {
                return false;
            }
            if (e.code() == 404) {
                return true; // The run may not be committed yet. Only a request for the status is reliable.
            }
            throw retries.failure(e);
        } catch (IOException e) {
            throw retries.failure(e);
        }
    }

    @Override
    public boolean fail(String runId, String message, Cancellation cancellation) {
        JsonObject change = new JsonObject();
        change.addProperty("status", "error");
        change.addProperty("errorMessages", FailureText.bounded(message));
        try {
            if (results.mayHaveBeenStored(runId, cancellation)) {
                return false;
            }
            return retries.onRun(
                    "the report of the error",
                    cancellation,
                    () -> patch(runId, change, wire.timing().response(), cancellation));
        } catch (BadResponse e) {
            if (e.isNotPending()) {
                // An earlier call, of this or another worker, may have stored the error although the response was lost.
                return status(runId, cancellation) == RunStatus.ERROR;
            }
            if (e.code() == 404) {
                return false;
            }
            throw retries.lasting(e, cancellation);
        }
    }

    @Override
    public boolean upload(String runId, Path archive, UploadGuard guard, Cancellation cancellation) {
        return results.upload(runId, archive, guard, cancellation);
    }

    private boolean patch(String runId, JsonObject change, Duration timeout, Cancellation cancellation)
            throws IOException {
        HttpUriRequestBase request = wire.request("PATCH", timeout, TEST_RUNS, runId);
        request.setEntity(new StringEntity(change.toString(), ContentType.APPLICATION_JSON));
        wire.<@Nullable Void>send(request, cancellation, entity -> null);
        return true;
    }

    /** Closes all connections. Calls in progress fail. */
    @Override
    public void close() {
        wire.close();
    }
}
