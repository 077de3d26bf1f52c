package sg.aiverify.worker.pipelines.docker;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import com.github.dockerjava.api.model.Info;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apiguardian.api.API;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.engine.EngineSettings;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.pipelines.docker.internal.cleanup.CleanupTimer;
import sg.aiverify.worker.pipelines.docker.internal.cleanup.LeftoverSweep;
import sg.aiverify.worker.pipelines.docker.internal.cleanup.LivenessContainer;
import sg.aiverify.worker.pipelines.docker.internal.container.ContainerFactory;
import sg.aiverify.worker.pipelines.docker.internal.container.PreStartedContainers;
import sg.aiverify.worker.pipelines.docker.internal.container.SharedDataDirectory;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.internal.settings.DockerSettings;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.python.RunVariables;
import sg.aiverify.worker.run.RunLimits;
import sg.aiverify.worker.run.WarmRuntimes;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.StageModule;
import sg.aiverify.worker.stage.WorkerContext;

/**
 * Provides {@code docker_run}. In addition to a container for each run, the module starts:
 *
 * <ul>
 *   <li>a {@link CleanupTimer} when the module is created; its thread runs until the module is closed;
 *   <li>a {@link LivenessContainer} before the first run; it shows other workers that this worker is alive;
 *   <li>a container for the next run while an algorithm runs, see {@link PreStartedContainers}.
 * </ul>
 */
@API(status = EXPERIMENTAL, since = "1.0")
public final class DockerRunProvider implements ModuleProvider {
    private static final Logger log = LogManager.getLogger(DockerRunProvider.class);
    /** Variables that describe the worker's machine; containers do not get them. */
    private static final List<String> HOST_VARIABLES =
            List.of("PATH", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES");

    private final String instance;

    /** Creates the provider. */
    public DockerRunProvider() {
        this(UUID.randomUUID().toString());
    }

    DockerRunProvider(String instance) {
        this.instance = instance;
    }

    @Override
    public Stage stage() {
        return Stage.PIPELINE_EXECUTE;
    }

    @Override
    public String name() {
        return "docker_run";
    }

    @Override
    public Collection<Setting<?>> settings() {
        List<Setting<?>> settings = new ArrayList<>(DockerSettings.ofEngine());
        settings.addAll(List.of(
                DockerSettings.NETWORK,
                DockerSettings.USER,
                DockerSettings.SCRATCH_MB,
                DockerSettings.OUTPUT_MB,
                DockerSettings.SHARED,
                EngineSettings.CONCURRENCY,
                WarmRuntimes.SETTING));
        settings.addAll(RunLimits.settings());
        return settings;
    }

    @Override
    public StageModule create(WorkerContext context) {
        DockerEngine engine = DockerEngine.open(context.settings());
        try {
            return create(context, engine);
        } catch (RuntimeException e) {
            engine.close();
            throw e;
        }
    }

    private DockerRun create(WorkerContext context, DockerEngine engine) {
        DockerSettings settings = DockerSettings.from(context.settings());
        int cores = Runtime.getRuntime().availableProcessors();
        int concurrency = context.settings().find(EngineSettings.CONCURRENCY).orElse(cores);
        PythonScripts scripts = PythonScripts.ofCore(context.dataDirectory());
        SharedDataDirectory shared = new SharedDataDirectory(
                engine,
                context.dataDirectory(),
                context.settings().find(DockerSettings.SHARED).orElse(null));
        shared.check(settings.baseImage());
        logLimits(engine, settings);
        CleanupTimer cleanup = new CleanupTimer(
                engine, new LivenessContainer(engine, instance), new LeftoverSweep(engine, context.clock()));
        cleanup.start();
        ContainerFactory factory = new ContainerFactory(
                engine, settings, scripts, new RunVariables(variables(context), cores, concurrency));
        // A container's mounts are fixed when it is created. If the inputs are mounted, they must be known before.
        int maxPreStarted = WarmRuntimes.isOn(context.settings()) && !shared.isUsed() ? concurrency : 0;
        PreStartedContainers preStarted = new PreStartedContainers(factory, context.clock(), maxPreStarted);
        return new DockerRun(engine, settings, cleanup, factory, preStarted, shared, context.clock());
    }

    private static Map<String, String> variables(WorkerContext context) {
        return context.variables().entrySet().stream()
                .filter(variable -> !HOST_VARIABLES.contains(variable.getKey()))
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static void logLimits(DockerEngine engine, DockerSettings settings) {
        try {
            Info info = engine.call(
                    "report its version", () -> engine.client().infoCmd().exec());
            log.info("Algorithms run in containers of Docker {}", info.getServerVersion());
            warnIf(
                    Boolean.FALSE.equals(info.getMemoryLimit())
                            && settings.limits().memoryMegabytes().isPresent(),
                    "memory");
            warnIf(
                    Boolean.FALSE.equals(info.getCpuCfsQuota())
                            && settings.limits().cpus().isPresent(),
                    "processor");
            warnIf(Boolean.FALSE.equals(info.getRawValues().get("PidsLimit")), "process");
        } catch (ServiceUnavailableException e) {
            log.warn("{}; runs will wait until the Docker engine is reachable", e.getMessage());
        }
    }

    private static void warnIf(boolean isMissing, String limit) {
        if (isMissing) {
            log.warn("The Docker engine does not enforce {} limits; runs have no such limit", limit);
        }
    }
}
