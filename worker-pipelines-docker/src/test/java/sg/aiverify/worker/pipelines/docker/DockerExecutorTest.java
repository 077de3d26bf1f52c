package sg.aiverify.worker.pipelines.docker;

import com.github.dockerjava.api.model.Container;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import sg.aiverify.worker.pipeline.PipeProvider;
import sg.aiverify.worker.testkit.contract.ExecutorBackend;
import sg.aiverify.worker.testkit.contract.ExecutorCapability;
import sg.aiverify.worker.testkit.contract.ExecutorContract;
import sg.aiverify.worker.testkit.python.EngineInterpreter;

class DockerExecutorTest extends ExecutorContract {
    /** The base image for tests, made by the build's own script. */
    static final String BASE = "aiverify-test-engine-worker-base";

    @Override
    protected ExecutorBackend openBackend() throws InterruptedException {
        return new Backend(EngineOfTest.openOrSkip());
    }

    private record Backend(DockerEngine engine) implements ExecutorBackend {
        @Override
        public PipeProvider build() {
            return new DockerBuildProvider();
        }

        @Override
        public PipeProvider execute() {
            return new DockerRunProvider();
        }

        @Override
        public Map<String, String> settings() {
            Map<String, String> settings = new HashMap<>(EngineOfTest.settings());
            settings.putAll(Map.of("WORKER_BASE_IMAGE", BASE, "PYTHON", EngineInterpreterPath.get()));
            return settings;
        }

        @Override
        public Set<ExecutorCapability> capabilities() {
            return Set.of(ExecutorCapability.DATASETS_IN_ARGUMENTS, ExecutorCapability.INPUTS_ARE_READ_ONLY);
        }

        @Override
        public List<String> leftovers() {
            List<String> left = new ArrayList<>();
            for (Container container : engine.client()
                    .listContainersCmd()
                    .withShowAll(true)
                    .withLabelFilter(List.of(Labels.KIND))
                    .exec()) {
                if (!Claim.KIND.equals(container.getLabels().get(Labels.KIND))) {
                    left.add("container " + container.getId());
                }
            }
            engine.client()
                    .listVolumesCmd()
                    .withFilter("label", List.of(Labels.KIND))
                    .exec()
                    .getVolumes()
                    .forEach(volume -> left.add("volume " + volume.getName()));
            return left;
        }

        @Override
        public void close() {
            engine.close();
        }
    }

    private static final class EngineInterpreterPath {
        static String get() {
            try {
                return EngineInterpreter.get().executable().toString();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
    }
}
