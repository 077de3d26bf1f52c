package sg.aiverify.worker.app.local;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.stage.ArgumentDatasets;
import sg.aiverify.worker.task.ModelType;

/**
 * A run on local files.
 *
 * @param id the id of the run
 * @param algorithm the folder or zip of the algorithm
 * @param model the file or folder of the model
 * @param modelType the type of the model
 * @param data the file or folder of the test data
 * @param groundTruth the file or folder with the ground truth; null if the run has no ground truth
 * @param groundTruthColumn the column of the ground truth; null if and only if the run has no ground truth
 * @param arguments the algorithm's arguments
 * @param datasets the files or folders of datasets, by the names that follow {@code _dataset_:} in the arguments
 */
public record LocalRun(
        String id,
        Path algorithm,
        Path model,
        ModelType modelType,
        Path data,
        @Nullable Path groundTruth,
        @Nullable String groundTruthColumn,
        JsonObject arguments,
        Map<String, Path> datasets) {
    public LocalRun {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(modelType, "modelType");
        arguments = arguments.deepCopy();
        datasets = Map.copyOf(datasets);
        List<String> problems = new ArrayList<>();
        absent("--algorithm", algorithm).ifPresent(problems::add);
        absent("--model", model).ifPresent(problems::add);
        absent("--data", data).ifPresent(problems::add);
        if (groundTruth != null) {
            absent("--ground-truth", groundTruth).ifPresent(problems::add);
        }
        datasets.forEach((name, path) -> absent("--dataset " + name, path).ifPresent(problems::add));
        if ((groundTruth == null) != (groundTruthColumn == null)) {
            problems.add("--ground-truth and --ground-truth-column must be used together, but only one is set");
        }
        for (String name : ArgumentDatasets.names(arguments)) {
            Optional<String> wrong = wrongName(name);
            wrong.ifPresent(problems::add);
            if (wrong.isEmpty() && !datasets.containsKey(name)) {
                problems.add("the arguments refer to the dataset " + name + ", which is missing; add --dataset " + name
                        + "=PATH");
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
    }

    /** Returns the datasets that the arguments do not refer to. */
    List<String> unusedDatasets() {
        Set<String> unused = new TreeSet<>(datasets.keySet());
        unused.removeAll(ArgumentDatasets.names(arguments));
        return List.copyOf(unused);
    }

    /**
     * Checks the name by the rules for downloads from the gateway, so that the arguments are also valid at the gateway.
     */
    private static Optional<String> wrongName(String dataset) {
        try {
            ArgumentDatasets.checkName(dataset);
            return Optional.empty();
        } catch (TaskFailedException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static Optional<String> absent(String option, Path path) {
        return Files.exists(path)
                ? Optional.empty()
                : Optional.of(option + ": " + FileNames.shown(FileNames.absolute(path)) + " does not exist");
    }
}
