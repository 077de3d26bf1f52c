package sg.aiverify.worker.app.local;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.algorithm.AlgorithmLayout;
import sg.aiverify.worker.cache.CacheEntry;
import sg.aiverify.worker.cache.ContentCache;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.files.ArchiveExtractor;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.run.RunNote;
import sg.aiverify.worker.stage.DownloadModule;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.stage.WorkerContext;

/**
 * The download module of a run on local files: uses files and folders in place, and unpacks zips into the cache.
 */
final class LocalFiles implements DownloadModule {
    private final LocalRun local;
    private final AlgorithmSource source;
    private final ContentCache cache;
    private final ArchiveExtractor extractor;

    LocalFiles(LocalRun local, AlgorithmSource source, WorkerContext context) {
        this.local = local;
        this.source = source;
        this.cache = context.cache();
        this.extractor = ArchiveExtractor.of(context.settings());
    }

    @Override
    public TestInputs download(RunContext run) throws InterruptedException {
        Algorithm algorithm = algorithm(unpacked("--algorithm", "algorithm", source.path(), run));
        LocalWarnings.ofArguments(local.arguments(), algorithm.inputSchema())
                .forEach(warning -> run.note(RunNote.warning(warning)));
        Map<String, Path> datasets = new HashMap<>();
        for (Map.Entry<String, Path> dataset : local.datasets().entrySet()) {
            datasets.put(
                    dataset.getKey(), unpacked("--dataset " + dataset.getKey(), "dataset", dataset.getValue(), run));
        }
        return new TestInputs(
                algorithm,
                unpacked("--model", "model", local.model(), run),
                unpacked("--data", "dataset", local.data(), run),
                groundTruth(run),
                datasets);
    }

    private Algorithm algorithm(Path folder) {
        if (folder.equals(source.path())) {
            return AlgorithmLayout.read(folder, hash(folder));
        }
        try {
            return AlgorithmLayout.read(
                    AlgorithmProject.find(folder, "--algorithm: " + FileNames.shown(source.path())),
                    hash(source.path()));
        } catch (IOException e) {
            throw new InfrastructureException("The algorithm's directory cannot be read: " + Reason.of(e), e);
        }
    }

    private TestInputs.@Nullable GroundTruth groundTruth(RunContext run) throws InterruptedException {
        Path dataset = local.groundTruth();
        String column = local.groundTruthColumn();
        return dataset == null || column == null
                ? null
                : new TestInputs.GroundTruth(unpacked("--ground-truth", "dataset", dataset, run), column);
    }

    private Path unpacked(String option, String kind, Path path, RunContext run) throws InterruptedException {
        try {
            return unpacked(kind, path, run);
        } catch (TaskFailedException e) {
            throw new TaskFailedException(
                    option + " " + FileNames.shown(path) + ": "
                            + String.valueOf(e.getMessage()).replaceFirst("^The ", "the "),
                    e);
        }
    }

    private Path unpacked(String kind, Path path, RunContext run) throws InterruptedException {
        Path absolute = FileNames.absolute(path).normalize();
        // Recognizes a zip by its name, since a Keras model has the content of a zip but must not be unpacked.
        if (!AlgorithmSource.isZip(absolute)) {
            return absolute;
        }
        CacheEntry entry = cache.obtain(
                kind + "s",
                hash(absolute),
                run.cancellation(),
                directory -> extractor.extract(absolute, directory, "the " + kind, run.cancellation()));
        run.closeAtEnd(entry);
        return entry.directory();
    }

    private static String hash(Path path) {
        try {
            return ContentHash.of(path);
        } catch (IOException e) {
            throw new TaskFailedException(path + " cannot be read: " + Reason.of(e), e);
        }
    }
}
