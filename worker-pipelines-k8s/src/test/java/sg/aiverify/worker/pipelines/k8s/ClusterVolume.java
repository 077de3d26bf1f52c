package sg.aiverify.worker.pipelines.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Collection;
import java.util.Map;
import sg.aiverify.worker.cache.ContentCache;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.gateway.Gateway;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.StageModule;
import sg.aiverify.worker.stage.WorkerContext;

/**
 * Provides kubectl_run2 with a data directory on the volume of a real cluster. On this machine, the volume is at the
 * path in the system property cluster.volume; temporary directories must be created below it.
 */
record ClusterVolume(ModuleProvider provider) implements ModuleProvider {
    ClusterVolume() {
        this(new KubectlRun2Provider());
    }

    /** Returns the settings by which a pod finds a data directory. */
    static Map<String, String> settings(Path dataDirectory) {
        String volume = System.getProperty("cluster.volume");
        assertThat(volume).as("the system property cluster.volume").isNotBlank();
        assertThat(dataDirectory)
                .as("a data directory; give -Dcluster.temporary=<directory on the volume>")
                .startsWithRaw(Path.of(volume));
        return Map.of(
                "KUBECTL_VOLUME_CLAIM", System.getProperty("cluster.claim", "tew-pvc"),
                "KUBECTL_VOLUME_SUB_PATH",
                        Path.of(volume).relativize(dataDirectory).toString());
    }

    @Override
    public Stage stage() {
        return provider.stage();
    }

    @Override
    public String name() {
        return provider.name();
    }

    @Override
    public Collection<Setting<?>> settings() {
        return provider.settings();
    }

    @Override
    public StageModule create(WorkerContext context) {
        return provider.create(
                new HostThere(context, context.settings().over(settings(context.dataDirectory()), "the test")));
    }

    private record HostThere(WorkerContext context, Settings settings) implements WorkerContext {
        @Override
        public Map<String, String> variables() {
            return context.variables();
        }

        @Override
        public Path dataDirectory() {
            return context.dataDirectory();
        }

        @Override
        public ContentCache cache() {
            return context.cache();
        }

        @Override
        public Gateway gateway() {
            return context.gateway();
        }

        @Override
        public Clock clock() {
            return context.clock();
        }
    }
}
