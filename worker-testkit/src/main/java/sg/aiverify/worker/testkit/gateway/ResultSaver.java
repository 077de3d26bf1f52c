package sg.aiverify.worker.testkit.gateway;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.gateway.RunStatus;

/** Stores a result that has the right form: checks its content, links it to the run, and stores the artifacts. */
final class ResultSaver {
    private final GatewayRows store;
    private final Journal journal;

    ResultSaver(GatewayRows store, Journal journal) {
        this.store = store;
        this.journal = journal;
    }

    /** Stores a result. Returns the path of the result and the paths of its artifacts. */
    JsonArray save(JsonObject document, Map<String, byte[]> files, boolean responseLost) {
        synchronized (store) {
            JsonObject arguments = document.getAsJsonObject("testArguments");
            JsonElement output = output(document, arguments);
            String truthName = groundTruth(arguments);
            if (PythonJson.isNotFinite(document.get("timeTaken"))) {
                throw notStored("NOT NULL constraint failed: test_result.time_taken");
            }
            String runId = PythonJson.text(document, "testRunId");
            runId = runId == null || runId.isEmpty() ? null : runId;
            if (runId != null && GatewayRows.canonical(runId).isEmpty()) {
                throw notStored("badly formed hexadecimal UUID string");
            }
            Optional<StoredRun> run = runId == null ? Optional.empty() : store.run(runId);
            judge(document, runId, run);
            Map<String, byte[]> artifacts = artifacts(document, files, runId);
            ghosts(arguments, truthName, runId);

            StoredResult result = new StoredResult(
                    store.nextResult(), runId, document.deepCopy(), output, Collections.unmodifiableMap(artifacts));
            store.results.put(result.id(), result);
            if (run.isPresent()) {
                link(run.get(), result, responseLost);
            }
            store.notifyAll();
            return paths(result);
        }
    }

    private JsonElement output(JsonObject document, JsonObject arguments) {
        String gid = document.get("gid").getAsString();
        String cid = document.get("cid").getAsString();
        StoredAlgorithm algorithm = store.algorithm(gid, cid)
                .orElseThrow(() -> Refusal.of(400, "Algorithm not found: gid: " + gid + ", cid: " + cid));
        JsonElement output = document.get("output");
        if (PythonJson.isString(output)) {
            try {
                output = PythonJson.read(output.getAsString());
            } catch (PythonJson.Malformed malformed) {
                throw notStored(String.valueOf(malformed.getMessage()));
            }
        }
        if (!SchemaCheck.fits(output, algorithm.outputSchema())) {
            throw Refusal.of(422, "Test result output is invalid");
        }
        if (arguments.get("mode").getAsString().equals("api")) {
            throw Refusal.of(400, "Algorithm " + gid + " not found");
        }
        return output;
    }

    private static String groundTruth(JsonObject arguments) {
        String dataset = PythonJson.text(arguments, "groundTruthDataset");
        if (dataset == null || dataset.isEmpty()) {
            throw notStored("NOT NULL constraint failed: test_result.ground_truth_dataset_id");
        }
        if (PythonJson.text(arguments, "groundTruth") == null) {
            throw Refusal.of(400, "Missing groundTruth");
        }
        return dataset;
    }

    private static Refusal notStored(String why) {
        return Refusal.of(400, "Test result upload error: " + why);
    }

    private void judge(JsonObject document, @Nullable String runId, Optional<StoredRun> found) {
        if (runId == null) {
            journal.breach(Breach.Kind.RESULT_WITHOUT_RUN, null, "no testRunId");
            return;
        }
        if (found.isEmpty()) {
            journal.breach(Breach.Kind.RESULT_FOR_UNKNOWN_RUN, runId, "no such run");
            return;
        }
        StoredRun run = found.get();
        if (run.status() != RunStatus.PENDING) {
            journal.breach(Breach.Kind.UPLOAD_FOR_ENDED_RUN, run.id, "the run is " + run.status());
        }
        if (run.result != null) {
            journal.breach(Breach.Kind.SECOND_UPLOAD, run.id, "result " + run.result.id() + " is already stored");
        }
        OwnResult.difference(run, document)
                .ifPresent(field -> journal.breach(
                        Breach.Kind.RESULT_OF_ANOTHER_RUN, run.id, field + " differs from the run's task"));
    }

    private Map<String, byte[]> artifacts(JsonObject document, Map<String, byte[]> files, @Nullable String runId) {
        Map<String, byte[]> artifacts = new LinkedHashMap<>();
        JsonElement listed = document.get("artifacts");
        if (listed == null || listed.isJsonNull()) {
            return artifacts;
        }
        for (JsonElement element : listed.getAsJsonArray()) {
            String name = element.getAsString();
            byte[] content = files.get(name);
            if (content == null) {
                journal.breach(Breach.Kind.MISSING_ARTIFACT, runId, name + " is listed but was not sent");
            } else if (!FileRoutes.isLegal(name)) {
                throw Refusal.of(400, "Invalid artifact filename in result output: " + name);
            } else {
                artifacts.put(name, content);
            }
        }
        return artifacts;
    }

    private void ghosts(JsonObject arguments, String truthPath, @Nullable String runId) {
        String model = ResultJson.baseName(arguments.get("modelFile").getAsString());
        String datasetPath = arguments.get("testDataset").getAsString();
        String dataset = ResultJson.baseName(datasetPath);
        String truth = ResultJson.baseName(truthPath);
        if (store.models.named(model).isEmpty()) {
            store.models.add(model, null, arguments.get("modelType").getAsString(), null, null);
            journal.breach(Breach.Kind.GHOST_ROW, runId, "no model " + model);
        }
        if (store.datasets.named(dataset).isEmpty()) {
            store.datasets.add(dataset, "folder", null, null, null);
            journal.breach(Breach.Kind.GHOST_ROW, runId, "no dataset " + dataset);
        }
        if (!truthPath.equals(datasetPath) && store.datasets.named(truth).isEmpty()) {
            store.datasets.add(truth, "file", null, null, null);
            journal.breach(Breach.Kind.GHOST_ROW, runId, "no ground truth " + truth);
        }
    }

    private void link(StoredRun run, StoredResult result, boolean responseLost) {
        journal.upload(run.id, new SeenUpload(Instant.now(), run.status()));
        run.endAnswered = !responseLost;
        run.end(RunStatus.SUCCESS);
        run.progress(100);
        run.result = result;
    }

    private static JsonArray paths(StoredResult result) {
        JsonArray paths = new JsonArray();
        String path = "/test_results/" + result.id();
        paths.add(path);
        result.artifacts().keySet().forEach(name -> paths.add(path + "/artifacts/" + name));
        return paths;
    }
}
