package sg.aiverify.worker.python;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.nio.file.Path;
import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.json.internal.AsciiJson;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.task.Task;

/**
 * What runner.py is asked to do, all paths absolute and as the runner sees them: in a container they are others than
 * the worker's.
 *
 * @param algorithm the plug-in's root
 * @param data the test data
 * @param model the model
 * @param groundTruthData the data that hold the ground truth; null if the run has none
 * @param groundTruth the ground truth's column; null if the run has none
 * @param arguments the arguments, datasets by their paths
 * @param work an existing directory of the run alone; the output will be {@value #RESULT} in it, artifacts lie below
 *     {@value #ARTIFACTS}
 * @param offline whether it is known that the run has no network
 */
@API(status = EXPERIMENTAL, since = "1.0")
public record RunnerRequest(
        String algorithm,
        String data,
        String model,
        @Nullable String groundTruthData,
        @Nullable String groundTruth,
        JsonObject arguments,
        String work,
        boolean offline) {
    /** The file with the output, below the work directory. */
    public static final String RESULT = "result.json";
    /** The directory that the runner copies the algorithm to and runs it in, below the work directory. */
    public static final String ALGORITHM = "algorithm";
    /** The directory of the artifacts, below the work directory. */
    public static final String ARTIFACTS = ALGORITHM + "/output";

    public RunnerRequest {
        Objects.requireNonNull(algorithm, "algorithm");
        Objects.requireNonNull(data, "data");
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(arguments, "arguments");
        Objects.requireNonNull(work, "work");
    }

    /**
     * Asks for a run in a process that sees the same paths as the worker.
     *
     * @param inputs algorithm, model and data
     * @param arguments the arguments, datasets by their paths
     * @param work an existing directory of the run alone
     * @param offline whether it is known that the run has no network
     * @return the request
     */
    public static RunnerRequest here(TestInputs inputs, JsonObject arguments, Path work, boolean offline) {
        return new RunnerRequest(
                FileNames.text(inputs.algorithm().directory()),
                FileNames.text(inputs.testDataset()),
                FileNames.text(inputs.model()),
                inputs.findGroundTruth()
                        .map(truth -> FileNames.text(truth.dataset()))
                        .orElse(null),
                inputs.findGroundTruth().map(TestInputs.GroundTruth::column).orElse(null),
                arguments,
                FileNames.text(work),
                offline);
    }

    /**
     * Writes the request as runner.py reads it.
     *
     * @param task gives the run's id and the model's type
     * @return an object in ASCII
     */
    public String toJson(Task task) {
        JsonObject request = new JsonObject();
        request.addProperty("run_id", task.id());
        request.addProperty("model_type", task.modelType().wireName());
        request.addProperty("algorithm", algorithm);
        request.addProperty("data", data);
        request.addProperty("model", model);
        request.add("ground_truth_data", text(groundTruthData));
        request.add("ground_truth", text(groundTruth));
        request.add("arguments", arguments);
        request.addProperty("work", work);
        request.addProperty("offline", offline);
        return AsciiJson.of(request);
    }

    private static JsonElement text(@Nullable String value) {
        return value == null ? JsonNull.INSTANCE : new JsonPrimitive(value);
    }
}
