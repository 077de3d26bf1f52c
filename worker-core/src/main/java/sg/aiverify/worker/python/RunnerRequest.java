package sg.aiverify.worker.python;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Function;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.json.internal.AsciiJson;
import sg.aiverify.worker.stage.ArgumentDatasets;
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
     * @param arguments the arguments, datasets by their names or paths
     * @param work an existing directory of the run alone
     * @param offline whether it is known that the run has no network
     * @return the request
     * @throws TaskFailedException if the arguments name a dataset that was not downloaded
     */
    public static RunnerRequest here(TestInputs inputs, JsonObject arguments, Path work, boolean offline) {
        String algorithm = FileNames.text(inputs.algorithm().directory());
        return of(inputs, arguments, algorithm, FileNames::text, FileNames.text(work), offline);
    }

    /**
     * Asks for a run in a place where the paths are others than the worker's.
     *
     * @param inputs algorithm, model and data
     * @param arguments the arguments, datasets by their names
     * @param algorithm the plug-in's root in that place
     * @param place returns the path that a file or folder of the inputs has there
     * @param work the run's directory there
     * @param offline whether it is known that the run has no network
     * @return the request
     * @throws TaskFailedException if the arguments name a dataset that was not downloaded
     */
    public static RunnerRequest of(
            TestInputs inputs,
            JsonObject arguments,
            String algorithm,
            Function<Path, String> place,
            String work,
            boolean offline) {
        String data = place.apply(inputs.testDataset());
        String model = place.apply(inputs.model());
        TestInputs.@Nullable GroundTruth truth = inputs.groundTruth();
        return new RunnerRequest(
                algorithm,
                data,
                model,
                truth == null ? null : place.apply(truth.dataset()),
                truth == null ? null : truth.column(),
                ArgumentDatasets.replace(arguments, name -> {
                    Path path = inputs.argumentDatasets().get(name);
                    if (path == null) {
                        throw new TaskFailedException(
                                "The arguments name the dataset '" + name + "', which was not downloaded");
                    }
                    return place.apply(path);
                }),
                work,
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
