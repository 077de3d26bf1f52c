package sg.aiverify.worker.pipelines.k8s.internal.pod;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.python.RunnerRequest;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.TestInputs;

/**
 * The paths of a run's inputs in its pod. Each input has its own directory, so that equal names do not collide.
 * Immutable.
 */
public final class InputLayout {
    private final String root;
    private final Map<Path, String> names = new LinkedHashMap<>();
    private final RunnerRequest request;

    /**
     * Creates the layout of a run's inputs.
     *
     * @param execution the run's inputs and arguments
     * @param root the directory of all inputs in the pod
     * @throws sg.aiverify.worker.failure.TaskFailedException if the arguments contain a dataset that was not downloaded
     */
    public InputLayout(Execution<?> execution, String root) {
        this.root = root;
        TestInputs inputs = execution.inputs();
        String algorithm = path(inputs.algorithm().directory());
        // The worker cannot know whether the cluster enforces network policies.
        boolean offline = false;
        this.request = RunnerRequest.of(inputs, execution.arguments(), algorithm, this::path, PodPaths.WORK, offline);
    }

    private String path(Path file) {
        return root + "/"
                + names.computeIfAbsent(file, path -> names.size() + "/" + FileNames.text(path.getFileName()));
    }

    /** Returns the request to the runner, with paths in the pod. */
    public RunnerRequest request() {
        return request;
    }

    /** Returns each input's path relative to the directory of all inputs. */
    public Map<Path, String> names() {
        return Collections.unmodifiableMap(names);
    }
}
