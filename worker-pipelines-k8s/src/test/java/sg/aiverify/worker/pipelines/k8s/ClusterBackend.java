package sg.aiverify.worker.pipelines.k8s;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.testkit.contract.ExecutorBackend;
import sg.aiverify.worker.testkit.contract.ExecutorCapability;

/** An execute module on a real cluster, for the contract of all execute modules. */
record ClusterBackend(ModuleProvider execute, RealCluster cluster, Path directory) implements ExecutorBackend {
    ClusterBackend(ModuleProvider execute) {
        this(execute, new RealCluster(), temporary());
    }

    @Override
    public ModuleProvider build() {
        return new FixedImage(cluster.image());
    }

    @Override
    public Map<String, String> settings() {
        return cluster.settings(cluster.workerKubeconfig(directory), "", Map.of());
    }

    @Override
    public Set<ExecutorCapability> capabilities() {
        return Set.of(ExecutorCapability.DATASETS_IN_ARGUMENTS, ExecutorCapability.INPUTS_ARE_READ_ONLY);
    }

    @Override
    public List<String> leftovers() {
        return Stream.concat(cluster.pods().stream(), cluster.jobs().stream())
                .map(left -> left.getKind() + " " + left.getMetadata().getName())
                .toList();
    }

    @Override
    public void close() {
        cluster.close();
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("kubeconfig");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
