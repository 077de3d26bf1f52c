package sg.aiverify.worker.pipelines.docker;

import com.github.dockerjava.api.model.Info;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.engine.EngineSettings;
import sg.aiverify.worker.failure.ServiceAwayException;
import sg.aiverify.worker.pipeline.Pipe;
import sg.aiverify.worker.pipeline.PipeHost;
import sg.aiverify.worker.pipeline.PipeProvider;
import sg.aiverify.worker.pipeline.Stage;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.python.RunVariables;
import sg.aiverify.worker.run.RunLimits;
import sg.aiverify.worker.run.WarmRuntimes;

/** Offers {@code docker_run}. */
public final class DockerRunProvider implements PipeProvider {
    private static final Logger log = LogManager.getLogger(DockerRunProvider.class);
    /** Of the worker's variables, those that tell of its own machine. */
    private static final List<String> OF_THE_HOST =
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
    public Pipe create(PipeHost host) {
        DockerSettings settings = DockerSettings.from(host.settings());
        int cores = Runtime.getRuntime().availableProcessors();
        int slots = host.settings().find(EngineSettings.CONCURRENCY).orElse(cores);
        PythonScripts scripts = PythonScripts.ofCore(host.dataDirectory());
        DockerEngine engine = DockerEngine.open(host.settings());
        SharedData shared = sharedData(host, settings, engine);
        tellLimits(engine, settings);
        Household household = new Household(engine, new Claim(engine, instance), new Sweep(engine, host.clock()));
        household.start();
        SandboxMaker maker =
                new SandboxMaker(engine, settings, scripts, new RunVariables(variables(host), cores, slots));
        // What is mounted must be known when a container is made, so none can wait for its inputs.
        int most = WarmRuntimes.isOn(host.settings()) && !shared.isUsed() ? slots : 0;
        WaitingSandboxes waiting = new WaitingSandboxes(maker, host.clock(), most);
        return new DockerRun(engine, settings, household, maker, waiting, shared, host.clock());
    }

    private static Map<String, String> variables(PipeHost host) {
        return host.variables().entrySet().stream()
                .filter(variable -> !OF_THE_HOST.contains(variable.getKey()))
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static SharedData sharedData(PipeHost host, DockerSettings settings, DockerEngine engine) {
        try {
            SharedData shared = new SharedData(
                    engine,
                    host.dataDirectory(),
                    host.settings().find(DockerSettings.SHARED).orElse(null));
            shared.check(settings.baseImage());
            return shared;
        } catch (RuntimeException e) {
            engine.close();
            throw e;
        }
    }

    private static void tellLimits(DockerEngine engine, DockerSettings settings) {
        try {
            Info info = engine.call(
                    "tell what it is", () -> engine.client().infoCmd().exec());
            log.info("Algorithms run in containers of Docker {}", info.getServerVersion());
            warnUnless(
                    !Boolean.FALSE.equals(info.getMemoryLimit())
                            || settings.limits().memoryMegabytes().isEmpty(),
                    "memory");
            warnUnless(
                    !Boolean.FALSE.equals(info.getCpuCfsQuota())
                            || settings.limits().cpus().isEmpty(),
                    "processor");
            warnUnless(!Boolean.FALSE.equals(info.getRawValues().get("PidsLimit")), "process");
        } catch (ServiceAwayException e) {
            log.warn("{}; runs will wait for it", e.getMessage());
        }
    }

    private static void warnUnless(boolean holds, String limit) {
        if (!holds) {
            log.warn("This Docker engine enforces no {} limits; runs go without", limit);
        }
    }
}
