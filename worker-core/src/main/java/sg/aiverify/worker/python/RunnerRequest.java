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
 * A request to runner.py. All paths are absolute and valid for the runner. If it runs in a container, they differ from
 * the worker's paths.
 *
 * @param algorithm the root directory of the algorithm's plug-in
 * @param data the test data
 * @param model the model
 * @param groundTruthData the dataset with the ground truth; null if the run has no ground truth
 * @param groundTruth the column of the ground truth; null if the run has no ground truth
 * @param arguments the arguments, with the paths of datasets
 * @param work an existing directory that only this run uses; the runner writes the output to {@value #RESULT} in it,
 *     and the artifacts below {@value #ARTIFACTS}
 * @param offline whether the run is known to have no network
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
    /** The directory below the work directory to which the runner copies the algorithm, and in which it runs. */
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
     * Creates a request to a runner that sees the same paths as the worker.
     *
     * @param inputs the algorithm, the model and the data
     * @param arguments the arguments, with the names or paths of datasets
     * @param work an existing directory that only this run uses
     * @param offline whether the run is known to have no network
     * @return the request
     * @throws TaskFailedException if the arguments refer to a dataset that was not downloaded
     */
    public static RunnerRequest here(TestInputs inputs, JsonObject arguments, Path work, boolean offline) {
        String algorithm = FileNames.text(inputs.algorithm().directory());
        return of(inputs, arguments, algorithm, FileNames::text, FileNames.text(work), offline);
    }

    /**
     * Creates a request to a runner that sees other paths than the worker, for example in a container.
     *
     * @param inputs the algorithm, the model and the data
     * @param arguments the arguments, with the names of datasets
     * @param algorithm the plug-in's root, as the runner sees it
     * @param place maps a file or folder of the inputs to the path that the runner sees
     * @param work the run's directory, as the runner sees it
     * @param offline whether the run is known to have no network
     * @return the request
     * @throws TaskFailedException if the arguments refer to a dataset that was not downloaded
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
                                "The arguments refer to the dataset '" + name + "', which was not downloaded");
                    }
                    return place.apply(path);
                }),
                work,
                offline);
    }

    /**
     * Returns the request as JSON, in the format of runner.py.
     *
     * @param task the task with the run's id and the model's type
     * @return a JSON object in ASCII
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
