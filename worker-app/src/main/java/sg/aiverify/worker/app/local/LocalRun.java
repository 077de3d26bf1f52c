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
 * A run on files of this machine.
 *
 * @param id its id
 * @param algorithm the algorithm's folder or zip
 * @param model the model's file or folder
 * @param modelType what the model does
 * @param data the data's file or folder
 * @param groundTruth the file or folder with the ground truth; null for none
 * @param groundTruthColumn its column; null exactly if there is no ground truth
 * @param arguments the algorithm's arguments
 * @param datasets files or folders by the names that the arguments give behind {@code _dataset_:}
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
            problems.add("--ground-truth and --ground-truth-column belong together; only one is given");
        }
        for (String name : ArgumentDatasets.names(arguments)) {
            Optional<String> wrong = wrongName(name);
            wrong.ifPresent(problems::add);
            if (wrong.isEmpty() && !datasets.containsKey(name)) {
                problems.add("the arguments name the dataset " + name + ", which is not given; add --dataset " + name
                        + "=PATH");
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
    }

    /** The datasets that nothing in the arguments names. */
    List<String> unusedDatasets() {
        Set<String> unused = new TreeSet<>(datasets.keySet());
        unused.removeAll(ArgumentDatasets.names(arguments));
        return List.copyOf(unused);
    }

    /** As the download from the gateway does, so that arguments that run here run there. */
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
                : Optional.of(option + ": there is no file or folder " + FileNames.shown(FileNames.absolute(path)));
    }
}
