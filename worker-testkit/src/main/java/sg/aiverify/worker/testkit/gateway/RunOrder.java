package sg.aiverify.worker.testkit.gateway;

import static org.apiguardian.api.API.Status.STABLE;

import com.google.gson.JsonObject;
import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * What to run on what.
 *
 * @param gid the plug-in
 * @param cid the algorithm
 * @param arguments the algorithm's arguments
 * @param model the model's name at the gateway
 * @param dataset the test dataset's name at the gateway
 * @param groundTruthDataset the ground truth's name at the gateway; null for a run without
 * @param groundTruth the ground truth's column
 */
@API(status = STABLE, since = "1.0")
public record RunOrder(
        String gid,
        String cid,
        JsonObject arguments,
        String model,
        String dataset,
        @Nullable String groundTruthDataset,
        @Nullable String groundTruth) {
    public RunOrder {
        Objects.requireNonNull(gid, "gid");
        Objects.requireNonNull(cid, "cid");
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(dataset, "dataset");
        arguments = arguments.deepCopy();
    }

    /**
     * Orders a run without arguments and ground truth.
     *
     * @param algorithm what to run
     * @param model the model's name
     * @param dataset the test dataset's name
     * @return the order
     */
    public static RunOrder of(RegisteredAlgorithm algorithm, String model, String dataset) {
        return new RunOrder(algorithm.gid(), algorithm.cid(), new JsonObject(), model, dataset, null, null);
    }

    /**
     * Adds a ground truth.
     *
     * @param dataset its name at the gateway
     * @param column its column; the real gateway takes null
     * @return the order with it
     */
    public RunOrder withGroundTruth(String dataset, @Nullable String column) {
        return new RunOrder(gid, cid, arguments, model, this.dataset, dataset, column);
    }

    /**
     * Sets one of the algorithm's arguments.
     *
     * @param name of the argument
     * @param value a string, a number or a boolean
     * @return the order with it
     * @throws IllegalArgumentException if the value is of another type
     */
    public RunOrder withArgument(String name, Object value) {
        JsonObject more = arguments.deepCopy();
        if (value instanceof String text) {
            more.addProperty(name, text);
        } else if (value instanceof Number number) {
            more.addProperty(name, number);
        } else if (value instanceof Boolean flag) {
            more.addProperty(name, flag);
        } else {
            throw new IllegalArgumentException(
                    "argument " + name + " must be a string, number or boolean, was " + value);
        }
        return withArguments(more);
    }

    /**
     * Replaces the algorithm's arguments.
     *
     * @param all the arguments
     * @return the order with them
     */
    public RunOrder withArguments(JsonObject all) {
        return new RunOrder(gid, cid, all, model, dataset, groundTruthDataset, groundTruth);
    }

    /**
     * Gives the order as it is posted to the gateway's {@code /test_runs/run_test}.
     *
     * @return the body of the request
     */
    public JsonObject toJson() {
        JsonObject json = new JsonObject();
        json.addProperty("mode", "upload");
        json.addProperty("algorithmGID", gid);
        json.addProperty("algorithmCID", cid);
        json.add("algorithmArgs", arguments);
        json.addProperty("modelFilename", model);
        json.addProperty("testDatasetFilename", dataset);
        json.addProperty("groundTruthDatasetFilename", groundTruthDataset);
        json.addProperty("groundTruth", groundTruth);
        return json;
    }
}
