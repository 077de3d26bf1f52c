package sg.aiverify.worker.testkit.gateway;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.gateway.RunStatus;

/** The row of a run. Guarded by the monitor of {@link GatewayRows}. */
final class StoredRun {
    final String id;
    final StoredAlgorithm algorithm;
    final JsonElement arguments;
    final StoredFile model;
    final StoredFile dataset;
    final @Nullable StoredFile groundTruthDataset;
    final @Nullable String groundTruth;

    @Nullable String entryId;

    @Nullable String errorMessages;

    @Nullable StoredResult result;

    int progress;

    /** Whether a response has said that the run has ended. */
    boolean refused;

    /** Whether the response to the request that ended the run was sent. */
    boolean endAnswered;

    private RunStatus status = RunStatus.PENDING;
    private final List<RunStatus> ends = new ArrayList<>();
    private final List<Integer> progressHistory = new ArrayList<>();

    StoredRun(
            String id,
            StoredAlgorithm algorithm,
            JsonElement arguments,
            StoredFile model,
            StoredFile dataset,
            @Nullable StoredFile groundTruthDataset,
            @Nullable String groundTruth) {
        this.id = id;
        this.algorithm = algorithm;
        this.arguments = arguments;
        this.model = model;
        this.dataset = dataset;
        this.groundTruthDataset = groundTruthDataset;
        this.groundTruth = groundTruth;
    }

    RunStatus status() {
        return status;
    }

    void end(RunStatus end) {
        status = end;
        ends.add(end);
    }

    void progress(int percent) {
        progress = percent;
        progressHistory.add(percent);
    }

    RunView view() {
        return new RunView(
                id, status, progress, errorMessages, result, List.copyOf(ends), List.copyOf(progressHistory));
    }

    JsonObject task() {
        JsonObject task = new JsonObject();
        task.addProperty("id", id);
        task.addProperty("mode", "upload");
        task.addProperty("algorithmGID", algorithm.name().gid());
        task.addProperty("algorithmCID", algorithm.name().cid());
        task.addProperty("algorithmHash", algorithm.name().hash());
        task.add("algorithmArgs", arguments);
        task.addProperty("modelFile", model.name());
        task.addProperty("modelFileHash", model.hash());
        task.addProperty("modelType", model.modelType());
        task.addProperty("testDataset", dataset.name());
        task.addProperty("testDatasetHash", dataset.hash());
        if (groundTruthDataset != null) {
            task.addProperty("groundTruthDataset", groundTruthDataset.name());
            task.addProperty("groundTruthDatasetHash", groundTruthDataset.hash());
            task.addProperty("groundTruth", groundTruth);
        }
        return task;
    }

    /** Returns the run as JSON. As in the real gateway, this fails if the run's dataset was deleted. */
    JsonObject toJson(Set<StoredFile> datasets) {
        if (!datasets.contains(dataset)) {
            throw Refusal.crash("the dataset of run " + id + " was deleted");
        }
        boolean hasGroundTruth = groundTruthDataset != null && datasets.contains(groundTruthDataset);
        JsonObject run = new JsonObject();
        run.addProperty("mode", "upload");
        run.addProperty("algorithmGID", algorithm.name().gid());
        run.addProperty("algorithmCID", algorithm.name().cid());
        run.add("algorithmArgs", arguments);
        run.addProperty("testDatasetFilename", dataset.name());
        run.addProperty("groundTruthDatasetFilename", hasGroundTruth ? groundTruthDataset.name() : null);
        // The real gateway never stores the ground truth's column.
        run.add("groundTruth", JsonNull.INSTANCE);
        run.addProperty("modelFilename", model.name());
        run.addProperty("id", id);
        run.addProperty("status", status.name().toLowerCase(Locale.ROOT));
        run.addProperty("progress", progress);
        run.add(
                "testResult",
                status == RunStatus.SUCCESS && result != null ? ResultJson.of(result) : JsonNull.INSTANCE);
        run.addProperty("errorMessages", status == RunStatus.ERROR ? errorMessages : null);
        return run;
    }
}
