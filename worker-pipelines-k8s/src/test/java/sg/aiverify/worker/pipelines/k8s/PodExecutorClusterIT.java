package sg.aiverify.worker.pipelines.k8s;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import sg.aiverify.worker.pipeline.PipeProvider;
import sg.aiverify.worker.testkit.contract.ExecutorBackend;
import sg.aiverify.worker.testkit.contract.ExecutorCapability;
import sg.aiverify.worker.testkit.contract.ExecutorContract;

class PodExecutorClusterIT extends ExecutorContract {
    @Override
    protected ExecutorBackend openBackend() {
        return new Backend(new RealCluster());
    }

    private record Backend(RealCluster cluster, Path directory) implements ExecutorBackend {
        Backend(RealCluster cluster) {
            this(cluster, temporary());
        }

        @Override
        public PipeProvider build() {
            return new OneImage(cluster.image());
        }

        @Override
        public PipeProvider execute() {
            return new KubectlRunProvider();
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
            return cluster.pods().stream()
                    .map(pod -> "pod " + pod.getMetadata().getName())
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
}
