package sg.aiverify.worker.pipelines.docker;

import com.github.dockerjava.api.model.Container;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import sg.aiverify.worker.pipelines.docker.internal.container.PreStartedContainers;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.internal.engine.Labels;
import sg.aiverify.worker.pipelines.docker.machine.AvailableEngine;
import sg.aiverify.worker.pipelines.docker.machine.Need;
import sg.aiverify.worker.pipelines.docker.machine.Requires;
import sg.aiverify.worker.run.WarmRuntimes;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.testkit.contract.ExecutorBackend;
import sg.aiverify.worker.testkit.contract.ExecutorCapability;
import sg.aiverify.worker.testkit.contract.ExecutorContract;
import sg.aiverify.worker.testkit.python.EngineInterpreter;

@Tag("slow")
@Requires(Need.BASE_IMAGE)
class DockerExecutorTest extends ExecutorContract {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration LOOK = Duration.ofMillis(20);

    @Override
    protected ExecutorBackend openBackend() throws InterruptedException {
        return new Backend(AvailableEngine.open(), UUID.randomUUID().toString());
    }

    private record Backend(DockerEngine engine, String instance) implements ExecutorBackend {
        @Override
        public ModuleProvider build() {
            return new DockerBuildProvider();
        }

        @Override
        public ModuleProvider execute() {
            return new DockerRunProvider(instance);
        }

        @Override
        public Map<String, String> settings() {
            Map<String, String> settings = AvailableEngine.settings();
            settings.put("WORKER_BASE_IMAGE", AvailableEngine.BASE_IMAGE);
            settings.put("PYTHON", EngineInterpreterPath.get());
            settings.put(WarmRuntimes.SETTING.name(), System.getProperty("worker.warm", "auto"));
            return settings;
        }

        @Override
        public Set<ExecutorCapability> capabilities() {
            return Set.of(ExecutorCapability.DATASETS_IN_ARGUMENTS, ExecutorCapability.INPUTS_ARE_READ_ONLY);
        }

        /** A container that is being created for the next run looks unused until it is complete. */
        @Override
        public List<String> leftovers() {
            long end = System.nanoTime() + PATIENCE.toNanos();
            List<String> left = leftNow();
            while (!left.isEmpty() && System.nanoTime() < end) {
                LockSupport.parkNanos(LOOK.toNanos());
                left = leftNow();
            }
            return left;
        }

        private List<String> leftNow() {
            List<String> left = new ArrayList<>();
            Set<String> waiting = new HashSet<>();
            for (Container container : engine.client()
                    .listContainersCmd()
                    .withShowAll(true)
                    .withLabelFilter(List.of(Labels.INSTANCE + "=" + instance))
                    .exec()) {
                if (container.getNames()[0].startsWith("/" + PreStartedContainers.NAME_PREFIX)) {
                    container.getMounts().forEach(mount -> waiting.add(mount.getName()));
                } else if (!Labels.LIVENESS.equals(container.getLabels().get(Labels.KIND))) {
                    left.add("container " + container.getNames()[0]);
                }
            }
            engine.client()
                    .listVolumesCmd()
                    .withFilter("label", List.of(Labels.INSTANCE + "=" + instance))
                    .exec()
                    .getVolumes()
                    .forEach(volume -> left.add("volume " + volume.getName()));
            // A volume of a pre-started container is called <name of its filler>-in or -work.
            left.removeIf(thing -> waiting.stream().anyMatch(name -> {
                String filler = name.substring(0, name.lastIndexOf('-'));
                return thing.equals("volume " + name) || thing.equals("container /" + filler);
            }));
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
