package sg.aiverify.worker.task;

import static org.apiguardian.api.API.Status.STABLE;

import com.google.gson.JsonObject;
import java.util.Objects;
import java.util.Optional;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A test run as the queue delivers it. The task contains the names of an algorithm, a model and data at the gateway.
 * Immutable. Created by {@link TaskParser} or {@link #builder}.
 */
@API(status = STABLE, since = "1.0")
public final class Task {
    private final String id;
    private final String gid;
    private final String cid;
    private final @Nullable String algorithmHash;
    private final JsonObject algorithmArgs;
    private final ModelType modelType;
    private final DataFile model;
    private final DataFile testDataset;
    private final @Nullable DataFile groundTruthDataset;
    private final @Nullable String groundTruth;

    Task(
            String id,
            String gid,
            String cid,
            @Nullable String algorithmHash,
            JsonObject algorithmArgs,
            ModelType modelType,
            DataFile model,
            DataFile testDataset,
            @Nullable DataFile groundTruthDataset,
            @Nullable String groundTruth) {
        this.id = Objects.requireNonNull(id, "id");
        this.gid = Objects.requireNonNull(gid, "gid");
        this.cid = Objects.requireNonNull(cid, "cid");
        this.algorithmHash = algorithmHash;
        this.algorithmArgs = algorithmArgs.deepCopy();
        this.modelType = Objects.requireNonNull(modelType, "modelType");
        this.model = Objects.requireNonNull(model, "model");
        this.testDataset = Objects.requireNonNull(testDataset, "testDataset");
        this.groundTruthDataset = groundTruthDataset;
        this.groundTruth = groundTruth;
    }

    /**
     * Creates a builder of a task.
     *
     * @param id the test run's id, a UUID
     * @return a builder of a task without arguments and ground truth
     */
    public static TaskBuilder builder(String id) {
        return new TaskBuilder(id);
    }

    /**
     * A file or folder at the gateway.
     *
     * @param name its name in the gateway's store
     * @param sha256 the SHA-256 of the file's bytes in lower-case hex; null if the task does not contain a hash
     */
    public record DataFile(String name, @Nullable String sha256) {
        public DataFile {
            Objects.requireNonNull(name, "name");
        }

        /**
         * Returns the hash that the file must have.
         *
         * @return the hash; empty if any content is accepted
         */
        public Optional<String> expectedSha256() {
            return Optional.ofNullable(sha256);
        }
    }

    /**
     * Returns the id of the test run.
     *
     * @return the id, in lower case with hyphens
     */
    public String id() {
        return id;
    }

    /**
     * Returns the plug-in that contains the algorithm.
     *
     * @return the plug-in's id (gid)
     */
    public String gid() {
        return gid;
    }

    /**
     * Returns the algorithm within its plug-in.
     *
     * @return the algorithm's id (cid)
     */
    public String cid() {
        return cid;
    }

    /**
     * Returns the hash that the algorithm's zip must have.
     *
     * @return the SHA-256 in lower-case hex; empty if the task does not contain a hash
     */
    public Optional<String> algorithmHash() {
        return Optional.ofNullable(algorithmHash);
    }

    /**
     * Returns the arguments of the task, without defaults. Datasets have their {@code _dataset_:} names.
     *
     * @return a copy that the caller may change
     */
    public JsonObject algorithmArgs() {
        return algorithmArgs.deepCopy();
    }

    /**
     * Returns the type of the model.
     *
     * @return the type
     */
    public ModelType modelType() {
        return modelType;
    }

    /**
     * Returns the model to test.
     *
     * @return a file or folder among the gateway's models
     */
    public DataFile model() {
        return model;
    }

    /**
     * Returns the test data.
     *
     * @return a file or folder among the gateway's datasets
     */
    public DataFile testDataset() {
        return testDataset;
    }

    /**
     * Returns the dataset with the ground truth.
     *
     * @return a file or folder among the gateway's datasets; empty for a run without ground truth
     */
    public Optional<DataFile> groundTruthDataset() {
        return Optional.ofNullable(groundTruthDataset);
    }

    /**
     * Returns the column with the ground truth.
     *
     * @return the name of the column; empty if the task does not contain a name
     */
    public Optional<String> groundTruth() {
        return Optional.ofNullable(groundTruth);
    }

    /**
     * Returns the task as the gateway would write it to the stream.
     *
     * @return JSON that {@link TaskParser} reads
     */
    public String toJson() {
        JsonObject json = new JsonObject();
        json.addProperty("id", id);
        json.addProperty("mode", "upload");
        json.addProperty("algorithmGID", gid);
        json.addProperty("algorithmCID", cid);
        json.addProperty("algorithmHash", algorithmHash);
        json.add("algorithmArgs", algorithmArgs);
        addFile(json, "testDataset", testDataset);
        addFile(json, "modelFile", model);
        json.addProperty("modelType", modelType.wireName());
        if (groundTruthDataset != null) {
            addFile(json, "groundTruthDataset", groundTruthDataset);
            json.addProperty("groundTruth", groundTruth);
        }
        return json.toString();
    }

    private static void addFile(JsonObject json, String field, DataFile file) {
        json.addProperty(field, file.name());
        json.addProperty(field + "Hash", file.sha256());
    }

    @Override
    public String toString() {
        return "Task[" + id + ", " + gid + "/" + cid + "]";
    }
}
