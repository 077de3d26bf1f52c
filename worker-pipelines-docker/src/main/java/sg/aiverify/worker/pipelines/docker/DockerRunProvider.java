package sg.aiverify.worker.pipelines.docker;

import com.github.dockerjava.api.model.Info;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
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

/** Offers {@code docker_run}. */
public final class DockerRunProvider implements PipeProvider {
    private static final Logger log = LogManager.getLogger(DockerRunProvider.class);
    /** Of the worker's variables, those that tell of its own file system. */
    private static final List<String> OF_THE_HOST = List.of("PATH", "LD_LIBRARY_PATH");

    private final Map<String, String> variables;

    /** Creates the provider for the environment variables of this process. */
    public DockerRunProvider() {
        this(System.getenv());
    }

    DockerRunProvider(Map<String, String> variables) {
        this.variables = variables.entrySet().stream()
                .filter(variable -> !OF_THE_HOST.contains(variable.getKey()))
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
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
                EngineSettings.CONCURRENCY));
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
        tellLimits(engine, settings);
        Household household = new Household(engine, new Claim(engine), new Sweep(engine, host.clock()));
        household.start();
        return new DockerRun(
                engine, settings, household, scripts, new RunVariables(variables, cores, slots), host.clock());
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
