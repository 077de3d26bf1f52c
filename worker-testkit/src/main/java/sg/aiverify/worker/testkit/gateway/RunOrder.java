package sg.aiverify.worker.testkit.gateway;

import static org.apiguardian.api.API.Status.STABLE;

import com.google.gson.JsonObject;
import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A request to start a run: the algorithm and its inputs.
 *
 * @param gid the id of the plug-in
 * @param cid the id of the algorithm
 * @param arguments the algorithm's arguments
 * @param model the model's name at the gateway
 * @param dataset the test dataset's name at the gateway
 * @param groundTruthDataset the ground truth's name at the gateway; null for a run without ground truth
 * @param groundTruth the name of the ground truth's column; may be null
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
     * Creates an order without arguments and ground truth.
     *
     * @param algorithm the algorithm
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
     * @param column its column; the real gateway accepts null
     * @return the order with the ground truth
     */
    public RunOrder withGroundTruth(String dataset, @Nullable String column) {
        return new RunOrder(gid, cid, arguments, model, this.dataset, dataset, column);
    }

    /**
     * Sets one of the algorithm's arguments.
     *
     * @param name the argument's name
     * @param value a string, a number or a boolean
     * @return the order with the argument
     * @throws IllegalArgumentException if the value has another type
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
     * @return the order with these arguments
     */
    public RunOrder withArguments(JsonObject all) {
        return new RunOrder(gid, cid, all, model, dataset, groundTruthDataset, groundTruth);
    }

    /**
     * Returns the order in the form that is posted to the gateway's {@code /test_runs/run_test}.
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
