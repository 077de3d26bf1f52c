package sg.aiverify.worker.task;

import static org.apiguardian.api.API.Status.STABLE;

import com.google.gson.JsonObject;
import org.apiguardian.api.API;

/**
 * Builds a task in code, for embedders and single runs. Not thread-safe. Nothing is checked before {@link #build},
 * which applies the rules of {@link TaskParser}.
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
     * Names the algorithm.
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
     * Says what the algorithm's zip must hash to.
     *
     * @param sha256 a SHA-256 in hex
     * @return this builder
     */
    public TaskBuilder algorithmHash(String sha256) {
        json.addProperty("algorithmHash", sha256);
        return this;
    }

    /**
     * Gives the algorithm's arguments; without them it gets none.
     *
     * @param arguments copied
     * @return this builder
     */
    public TaskBuilder arguments(JsonObject arguments) {
        json.add("algorithmArgs", arguments.deepCopy());
        return this;
    }

    /**
     * Names the model.
     *
     * @param type what it does
     * @param file its name at the gateway
     * @return this builder
     */
    public TaskBuilder model(ModelType type, String file) {
        json.addProperty("modelType", type.wireName());
        json.addProperty("modelFile", file);
        return this;
    }

    /**
     * Says what the model must hash to.
     *
     * @param sha256 a SHA-256 in hex
     * @return this builder
     */
    public TaskBuilder modelHash(String sha256) {
        json.addProperty("modelFileHash", sha256);
        return this;
    }

    /**
     * Names the data to test with.
     *
     * @param file its name at the gateway
     * @return this builder
     */
    public TaskBuilder testDataset(String file) {
        json.addProperty("testDataset", file);
        return this;
    }

    /**
     * Says what the data must hash to.
     *
     * @param sha256 a SHA-256 in hex
     * @return this builder
     */
    public TaskBuilder testDatasetHash(String sha256) {
        json.addProperty("testDatasetHash", sha256);
        return this;
    }

    /**
     * Names the ground truth; without it the run has none.
     *
     * @param file the data's name at the gateway
     * @param column the column that holds the ground truth
     * @return this builder
     */
    public TaskBuilder groundTruth(String file, String column) {
        json.addProperty("groundTruthDataset", file);
        json.addProperty("groundTruth", column);
        return this;
    }

    /**
     * Says what the ground truth's data must hash to.
     *
     * @param sha256 a SHA-256 in hex
     * @return this builder
     */
    public TaskBuilder groundTruthDatasetHash(String sha256) {
        json.addProperty("groundTruthDatasetHash", sha256);
        return this;
    }

    /**
     * Builds the task.
     *
     * @return the task
     * @throws sg.aiverify.worker.failure.TaskFailedException if it is not one, naming every problem
     */
    public Task build() {
        return TaskParser.parse(json);
    }
}
