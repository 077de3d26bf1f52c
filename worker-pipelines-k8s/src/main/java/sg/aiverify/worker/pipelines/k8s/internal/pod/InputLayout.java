package sg.aiverify.worker.pipelines.k8s.internal.pod;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.python.RunnerRequest;
import sg.aiverify.worker.stage.ArgumentDatasets;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.TestInputs;

/**
 * The paths of a run's inputs as its pod sees them: each input in a directory of its own, so that equal names do not
 * collide. Immutable.
 */
public final class InputLayout {
    private final String root;
    private final Map<Path, String> names = new LinkedHashMap<>();
    private final RunnerRequest request;

    /**
     * Lays out the inputs of a run.
     *
     * @param execution what to run
     * @param root the directory of all inputs in the pod
     * @throws TaskFailedException if the arguments name a dataset that was not downloaded
     */
    public InputLayout(Execution<?> execution, String root) {
        this.root = root;
        TestInputs inputs = execution.inputs();
        JsonObject arguments = ArgumentDatasets.replace(execution.arguments(), name -> {
            Path path = inputs.argumentDatasets().get(name);
            if (path == null) {
                throw new TaskFailedException(
                        "The arguments name the dataset '" + name + "', which was not downloaded");
            }
            return path(path);
        });
        this.request = new RunnerRequest(
                path(inputs.algorithm().directory()),
                path(inputs.testDataset()),
                path(inputs.model()),
                inputs.findGroundTruth().map(truth -> path(truth.dataset())).orElse(null),
                inputs.findGroundTruth().map(TestInputs.GroundTruth::column).orElse(null),
                arguments,
                PodPaths.WORK,
                false); // only the cluster knows which network policies are enforced
    }

    private String path(Path file) {
        return root + "/"
                + names.computeIfAbsent(file, path -> names.size() + "/" + FileNames.text(path.getFileName()));
    }

    /** Returns the request to the runner, with the paths in the pod. */
    public RunnerRequest request() {
        return request;
    }

    /** Returns each input's path relative to the directory of all inputs. */
    public Map<Path, String> names() {
        return Collections.unmodifiableMap(names);
    }
}
