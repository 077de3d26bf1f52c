package sg.aiverify.worker.task;

import static org.apiguardian.api.API.Status.STABLE;

import com.google.gson.JsonObject;
import org.apiguardian.api.API;

/**
 * Builds a task in code, for embedders and single runs. Not thread-safe. Values are checked only by {@link #build},
 * with the rules of {@link TaskParser}.
 */
@API(status = STABLE, since = "1.0")
public final class TaskBuilder {
    private final JsonObject json = new JsonObject();

    TaskBuilder(String id) {
        json.addProperty("id", id);
        json.addProperty("mode", "upload");
        json.add("algorithmArgs", new JsonObject());
    }

    /**
     * Sets the algorithm.
     *
     * @param gid the plug-in's id
     * @param cid the algorithm's id within the plug-in
     * @return this builder
     */
    public TaskBuilder algorithm(String gid, String cid) {
        json.addProperty("algorithmGID", gid);
        json.addProperty("algorithmCID", cid);
        return this;
    }

    /**
     * Sets the hash that the algorithm's zip must have.
     *
     * @param sha256 a SHA-256 in hex
     * @return this builder
     */
    public TaskBuilder algorithmHash(String sha256) {
        json.addProperty("algorithmHash", sha256);
        return this;
    }

    /**
     * Sets the algorithm's arguments. By default there are no arguments.
     *
     * @param arguments the arguments; copied
     * @return this builder
     */
    public TaskBuilder arguments(JsonObject arguments) {
        json.add("algorithmArgs", arguments.deepCopy());
        return this;
    }

    /**
     * Sets the model.
     *
     * @param type the type of the model
     * @param file the name of the model at the gateway
     * @return this builder
     */
    public TaskBuilder model(ModelType type, String file) {
        json.addProperty("modelType", type.wireName());
        json.addProperty("modelFile", file);
        return this;
    }

    /**
     * Sets the hash that the model must have.
     *
     * @param sha256 a SHA-256 in hex
     * @return this builder
     */
    public TaskBuilder modelHash(String sha256) {
        json.addProperty("modelFileHash", sha256);
        return this;
    }

    /**
     * Sets the test data.
     *
     * @param file the name of the data at the gateway
     * @return this builder
     */
    public TaskBuilder testDataset(String file) {
        json.addProperty("testDataset", file);
        return this;
    }

    /**
     * Sets the hash that the test data must have.
     *
     * @param sha256 a SHA-256 in hex
     * @return this builder
     */
    public TaskBuilder testDatasetHash(String sha256) {
        json.addProperty("testDatasetHash", sha256);
        return this;
    }

    /**
     * Sets the ground truth. By default the run has no ground truth.
     *
     * @param file the name of the dataset at the gateway
     * @param column the column of the dataset that contains the ground truth
     * @return this builder
     */
    public TaskBuilder groundTruth(String file, String column) {
        json.addProperty("groundTruthDataset", file);
        json.addProperty("groundTruth", column);
        return this;
    }

    /**
     * Sets the hash that the dataset with the ground truth must have.
     *
     * @param sha256 a SHA-256 in hex
     * @return this builder
     */
    public TaskBuilder groundTruthDatasetHash(String sha256) {
        json.addProperty("groundTruthDatasetHash", sha256);
        return this;
    }

    /**
     * Checks the values and builds the task.
     *
     * @return the task
     * @throws sg.aiverify.worker.failure.TaskFailedException if the task is invalid; the message lists all problems
     */
    public Task build() {
        return TaskParser.parse(json);
    }
}
