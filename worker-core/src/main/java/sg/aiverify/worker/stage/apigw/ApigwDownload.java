package sg.aiverify.worker.stage.apigw;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.gateway.Gateway.Store;
import sg.aiverify.worker.gateway.internal.GatewayName;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.stage.ArgumentDatasets;
import sg.aiverify.worker.stage.DownloadModule;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.task.Task;
import sg.aiverify.worker.task.Task.DataFile;

/**
 * Downloads the files of a task from the gateway, or takes them from the cache. Errors in the task are reported before
 * anything is downloaded.
 */
final class ApigwDownload implements DownloadModule {
    private final GatewayFiles files;

    ApigwDownload(GatewayFiles files) {
        this.files = files;
    }

    @Override
    public TestInputs download(RunContext run) throws InterruptedException {
        Task task = run.task();
        checkNames(task);
        Optional<String> column = groundTruthColumn(task);
        Set<String> argumentNames = argumentDatasets(task);
        Algorithm algorithm = files.algorithm(run);
        if (column.isEmpty() && algorithm.requiresGroundTruth()) {
            throw withoutGroundTruth(task);
        }
        Path model = files.file(Store.MODELS, task.model(), run);
        Map<String, Path> datasets = new LinkedHashMap<>();
        Path testDataset = dataset(task.testDataset(), datasets, run);
        TestInputs.@Nullable GroundTruth groundTruth = null;
        if (column.isPresent()) {
            Path truth = dataset(task.groundTruthDataset().orElseThrow(), datasets, run);
            groundTruth = new TestInputs.GroundTruth(truth, column.get());
        }
        Map<String, Path> arguments = new LinkedHashMap<>();
        for (String name : argumentNames) {
            // The task does not contain hashes of these datasets. A dataset that is also the test data was checked
            // above.
            Path known = datasets.get(name);
            arguments.put(name, known != null ? known : dataset(new DataFile(name, null), datasets, run));
        }
        return new TestInputs(algorithm, model, testDataset, groundTruth, arguments);
    }

    private Path dataset(DataFile dataset, Map<String, Path> known, RunContext run) throws InterruptedException {
        Path path = files.file(Store.DATASETS, dataset, run);
        known.put(dataset.name(), path);
        return path;
    }

    private static void checkNames(Task task) {
        GatewayName.file("model", task.model().name());
        GatewayName.file("test dataset", task.testDataset().name());
        task.groundTruthDataset().ifPresent(truth -> GatewayName.file("ground truth dataset", truth.name()));
    }

    private static Optional<String> groundTruthColumn(Task task) {
        return task.groundTruthDataset().flatMap(dataset -> task.groundTruth()).filter(column -> !column.isBlank());
    }

    private static TaskFailedException withoutGroundTruth(Task task) {
        String missing = task.groundTruthDataset()
                .map(dataset -> "Missing groundTruth: the test run has the ground truth dataset '" + dataset.name()
                        + "' but no column of it")
                .orElse("Missing groundTruthDataset: the test run has no ground truth dataset and column");
        return new TaskFailedException(
                missing + "; the algorithm " + task.gid() + "/" + task.cid() + " needs a ground truth");
    }

    private static Set<String> argumentDatasets(Task task) {
        Set<String> names = ArgumentDatasets.names(task.algorithmArgs());
        names.forEach(ArgumentDatasets::checkName);
        return names;
    }
}
