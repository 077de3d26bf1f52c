package sg.aiverify.worker.testkit.gateway;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.gateway.RunStatus;

/** The routes of runs: start, show, change, cancel, delete. */
final class RunRoutes {
    private static final Set<String> STATUSES = Set.of("pending", "success", "error", "cancelled");

    private final GatewayRows store;
    private final Journal journal;
    private final TaskSink queue;

    /** The hook that is called between the change of the queue and the commit of the row. */
    private volatile Runnable beforeCommit = () -> {};

    RunRoutes(GatewayRows store, Journal journal, TaskSink queue) {
        this.store = store;
        this.journal = journal;
        this.queue = queue;
    }

    void register(Router router) {
        router.add(
                "POST",
                "/test_runs/server_active",
                (request, path) -> GatewayResponse.json(200, new JsonPrimitive(true)));
        router.add("POST", "/test_runs/run_test", (request, path) -> GatewayResponse.json(200, start(request.json())));
        router.add("GET", "/test_runs/", (request, path) -> list());
        router.add("GET", "/test_runs/{}", (request, path) -> get(path.group(1)));
        router.add("PATCH", "/test_runs/{}", (request, path) -> patch(request, path.group(1)));
        router.add("DELETE", "/test_runs/{}", (request, path) -> delete(path.group(1)));
        router.add("POST", "/test_runs/{}/cancel", (request, path) -> GatewayResponse.json(200, cancel(path.group(1))));
    }

    void beforeCommit(Runnable hook) {
        beforeCommit = hook;
    }

    JsonObject start(JsonElement body) {
        StoredRun run = ordered(body);
        try {
            run.entryId = queue.add(PythonJson.write(run.task()));
        } catch (RuntimeException unavailable) {
            throw Refusal.of(500, "Task queue not active");
        }
        beforeCommit.run();
        return commit(run);
    }

    /** Commits a run without adding an entry to the queue. Returns the task of the run. */
    String add(JsonElement body) {
        StoredRun run = ordered(body);
        commit(run);
        return PythonJson.write(run.task());
    }

    private JsonObject commit(StoredRun run) {
        synchronized (store) {
            store.runs().put(run.id, run);
            store.notifyAll();
            return run.toJson(store.datasets.rows());
        }
    }

    private StoredRun ordered(JsonElement body) {
        JsonObject order = object(body);
        String mode = text(order, "mode", true);
        if (!Set.of("upload", "api").contains(mode)) {
            throw Refusal.unprocessable("enum", "Input should be 'upload' or 'api'", "body", "mode");
        }
        String gid = text(order, "algorithmGID", true);
        String cid = text(order, "algorithmCID", true);
        JsonElement arguments = order.get("algorithmArgs");
        if (arguments == null || !arguments.isJsonObject()) {
            throw Refusal.unprocessable("dict_type", "Input should be a valid dictionary", "body", "algorithmArgs");
        }
        String datasetName = text(order, "testDatasetFilename", true);
        String groundTruthName = text(order, "groundTruthDatasetFilename", false);
        String groundTruth = text(order, "groundTruth", false);
        String modelName = text(order, "modelFilename", true);

        synchronized (store) {
            StoredAlgorithm algorithm = store.algorithm(gid, cid)
                    .orElseThrow(() -> Refusal.of(404, "Algorithm not found with the provided GID and CID"));
            if (!SchemaCheck.fits(arguments, algorithm.inputSchema())) {
                throw Refusal.of(400, "Invalid algorithm arguments");
            }
            StoredFile model = stored(store.models, modelName, "Model", "modelId");
            StoredFile dataset = stored(store.datasets, datasetName, "Test dataset", "testDatasetId");
            StoredFile truth = groundTruthName == null || groundTruthName.isEmpty()
                    ? null
                    : stored(store.datasets, groundTruthName, "Test dataset", "groundTruthDatasetId");
            return new StoredRun(
                    UUID.randomUUID().toString(), algorithm, arguments, model, dataset, truth, groundTruth);
        }
    }

    private static StoredFile stored(GatewayRows.Shelf shelf, String name, String what, String field) {
        StoredFile file =
                shelf.named(name).orElseThrow(() -> Refusal.of(404, what + " not found with the provided " + field));
        if (file.content() == null || file.content().length == 0) {
            throw Refusal.of(400, what + " file not uploaded");
        }
        return file;
    }

    private GatewayResponse list() {
        synchronized (store) {
            JsonArray all = new JsonArray();
            store.runs().values().forEach(run -> all.add(run.toJson(store.datasets.rows())));
            return GatewayResponse.json(200, all);
        }
    }

    private GatewayResponse get(String id) {
        synchronized (store) {
            return GatewayResponse.json(200, existing(id).toJson(store.datasets.rows()));
        }
    }

    JsonObject cancel(String id) {
        StoredRun run;
        synchronized (store) {
            run = existing(id);
            if (run.status() != RunStatus.PENDING) {
                throw Refusal.of(400, "Only pending test runs can be cancelled");
            }
        }
        if (run.entryId != null) {
            queue.delete(run.entryId);
        }
        beforeCommit.run();
        synchronized (store) {
            run.end(RunStatus.CANCELLED);
            store.notifyAll();
            return run.toJson(store.datasets.rows());
        }
    }

    private GatewayResponse delete(String id) {
        synchronized (store) {
            StoredRun run = existing(id);
            if (run.status() == RunStatus.PENDING) {
                throw Refusal.of(400, "Pending test runs cannot be deleted. Cancel the test run instead");
            }
            store.runs().remove(run.id);
            store.notifyAll();
            return GatewayResponse.empty(204);
        }
    }

    private GatewayResponse patch(GatewayRequest request, String id) {
        Change change;
        try {
            change = Change.of(request.json());
        } catch (Refusal malformed) {
            journal.breach(Breach.Kind.MALFORMED_PATCH, id, String.valueOf(malformed.getMessage()));
            throw malformed;
        }
        synchronized (store) {
            if (GatewayRows.canonical(id).isEmpty()) {
                journal.breach(Breach.Kind.MALFORMED_PATCH, id, "not a run's id");
            }
            StoredRun run = existing(id);
            judge(run, change);
            if (run.status() != RunStatus.PENDING) {
                run.refused |= !change.isEmpty() && !request.responseLost();
                throw Refusal.of(400, "Test run status is not pending");
            }
            apply(run, change, request.responseLost());
            return GatewayResponse.json(200, run.toJson(store.datasets.rows()));
        }
    }

    private void judge(StoredRun run, Change change) {
        if (change.isEmpty()) {
            return;
        }
        if ("success".equals(change.status)) {
            journal.breach(Breach.Kind.SUCCESS_BY_PATCH, run.id, "status success without a result");
        }
        boolean byWorker = run.status() == RunStatus.SUCCESS || run.status() == RunStatus.ERROR;
        boolean unsure = run.status() == RunStatus.ERROR && "error".equals(change.status) && !run.endAnswered;
        if (change.status != null && byWorker && !unsure) {
            journal.breach(Breach.Kind.SECOND_END, run.id, change.status + " on a run that is " + run.status());
        }
        if (run.refused) {
            journal.breach(Breach.Kind.PATCH_AFTER_REFUSAL, run.id, "the run is " + run.status());
        }
        if (run.status() == RunStatus.PENDING && change.progress != null && change.progress < run.progress) {
            journal.breach(Breach.Kind.PROGRESS_WENT_DOWN, run.id, "from " + run.progress + " to " + change.progress);
        }
    }

    private void apply(StoredRun run, Change change, boolean responseLost) {
        if (change.progress != null && change.progress != 0) {
            run.progress(change.progress);
        }
        if (change.errorMessages != null && !change.errorMessages.isEmpty()) {
            run.errorMessages = change.errorMessages;
        }
        if (change.status != null && !change.status.equals("pending")) {
            run.endAnswered = !responseLost;
            run.end(RunStatus.valueOf(change.status.toUpperCase(Locale.ROOT)));
        }
        store.notifyAll();
    }

    private StoredRun existing(String id) {
        return store.run(id).orElseThrow(() -> Refusal.of(404, "Test run not found"));
    }

    private static JsonObject object(JsonElement body) {
        if (!body.isJsonObject()) {
            throw Refusal.unprocessable("model_attributes_type", "Input should be a valid dictionary", "body");
        }
        return body.getAsJsonObject();
    }

    private static @Nullable String text(JsonObject object, String field, boolean required) {
        JsonElement value = object.get(field);
        if (value == null && required) {
            throw Refusal.unprocessable("missing", "Field required", "body", field);
        }
        if (value == null || value.isJsonNull() && !required) {
            return null;
        }
        if (!PythonJson.isString(value)) {
            throw PythonJson.isNotFinite(value)
                    ? Refusal.crash(field + " is not finite")
                    : Refusal.unprocessable("string_type", "Input should be a valid string", "body", field);
        }
        return value.getAsString();
    }

    /** A change of a run. The types are checked as strictly as in the real gateway. */
    private record Change(
            @Nullable String status,
            @Nullable Integer progress,
            @Nullable String errorMessages) {
        static Change of(JsonElement body) {
            JsonObject change = object(body);
            String status = text(change, "status", false);
            if (status != null && !STATUSES.contains(status)) {
                throw Refusal.unprocessable("enum", "Input should be one of " + STATUSES, "body", "status");
            }
            return new Change(status, percent(change.get("progress")), text(change, "errorMessages", false));
        }

        private static @Nullable Integer percent(@Nullable JsonElement value) {
            if (value == null || value.isJsonNull()) {
                return null;
            }
            if (PythonJson.isNotFinite(value)) {
                throw Refusal.crash("progress is not finite");
            }
            if (!PythonJson.isInteger(value)) {
                throw Refusal.unprocessable("int_type", "Input should be a valid integer", "body", "progress");
            }
            BigDecimal number = value.getAsBigDecimal();
            if (number.signum() < 0 || number.compareTo(BigDecimal.valueOf(100)) > 0) {
                throw Refusal.unprocessable(
                        "range", "Input should be between 0 and 100, was " + number, "body", "progress");
            }
            return number.intValueExact();
        }

        boolean isEmpty() {
            return status == null && progress == null && errorMessages == null;
        }
    }
}
