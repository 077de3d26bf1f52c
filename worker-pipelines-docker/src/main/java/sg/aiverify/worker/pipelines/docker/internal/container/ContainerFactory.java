package sg.aiverify.worker.pipelines.docker.internal.container;

import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.Ulimit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.internal.engine.Labels;
import sg.aiverify.worker.pipelines.docker.internal.engine.UnprivilegedContainer;
import sg.aiverify.worker.pipelines.docker.internal.settings.DockerSettings;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.python.RunVariables;
import sg.aiverify.worker.stage.ImageEnvironment;

/**
 * Creates containers that are ready for a run: they are isolated and contain the worker's scripts, but not yet the
 * files of a run. Thread-safe.
 */
public final class ContainerFactory {
    /** The file with the request of the run, which the container reads when the run begins. */
    public static final String REQUEST = RunVolumes.INPUTS + "/request.json";

    private static final String HOME = RunVolumes.WORK + "/home";
    private static final int NANO = 1_000_000_000;
    private final DockerEngine engine;
    private final DockerSettings settings;
    private final PythonScripts scripts;
    private final RunVariables variables;

    public ContainerFactory(
            DockerEngine engine, DockerSettings settings, PythonScripts scripts, RunVariables variables) {
        this.engine = engine;
        this.settings = settings;
        this.scripts = scripts;
        this.variables = variables;
    }

    /** Creates and starts a container; if a step fails, removes everything that was created. */
    public RunnerContainer create(ImageEnvironment image, Labels.Owner owner, String name, List<Mount> shared) {
        RunVolumes volumes = RunVolumes.create(engine, image.reference(), owner);
        try {
            volumes.add(entries -> {
                entries.directory(RunVolumes.INPUTS.substring(1), 0, 0);
                entries.tree(RunVolumes.SCRIPTS.substring(1), scripts.directory());
                for (String own : List.of(RunVolumes.WORK, HOME, HOME + "/tmp", HOME + "/cache")) {
                    entries.directory(own.substring(1), settings.uid(), settings.gid());
                }
            });
            List<Mount> mounts = new ArrayList<>(volumes.mounts(true));
            mounts.addAll(shared);
            RunnerContainer container =
                    new RunnerContainer(engine, createContainer(image, owner, name, mounts), volumes);
            container.start();
            return container;
        } catch (RuntimeException e) {
            volumes.close();
            throw e;
        }
    }

    private String createContainer(ImageEnvironment image, Labels.Owner owner, String name, List<Mount> mounts) {
        try {
            return engine.client()
                    .createContainerCmd(image.reference())
                    .withName(name)
                    .withLabels(owner.labels(Labels.RUN_CONTAINER))
                    .withEntrypoint(command(image.python()))
                    .withCmd(new String[0])
                    .withEnv(variables(image.python()))
                    .withUser(settings.uid() + ":" + settings.gid())
                    .withWorkingDir(RunVolumes.WORK)
                    .withStopSignal("SIGKILL")
                    .withStdinOpen(true)
                    .withStdInOnce(true)
                    .withAttachStdin(true)
                    .withAttachStdout(true)
                    .withAttachStderr(true)
                    .withHostConfig(hostConfig(mounts))
                    .exec()
                    .getId();
        } catch (NotFoundException e) {
            throw new InfrastructureException(
                    "Failed to run algorithm: the " + image.description() + " no longer exists on the Docker engine",
                    e);
        } catch (RuntimeException e) {
            throw engine.failure("create the run's container", e);
        }
    }

    private static List<String> command(String python) {
        List<String> command = new ArrayList<>(List.of(python, "-I", "-S", "-B"));
        command.addAll(List.of(RunVolumes.SCRIPTS + "/supervisor.py", "--pass-input", "--count-oom-kills"));
        command.addAll(List.of(python, "-B", RunVolumes.SCRIPTS + "/runner.py"));
        command.addAll(List.of("--request", REQUEST, "--preload", ImageEnvironment.ALGORITHM));
        return command;
    }

    private List<String> variables(String python) {
        Map<String, String> all = variables.forRun(Path.of(python), null, Path.of(HOME));
        all.put("TMPDIR", "/tmp");
        return all.entrySet().stream()
                .map(variable -> variable.getKey() + "=" + variable.getValue())
                .toList();
    }

    private HostConfig hostConfig(List<Mount> mounts) {
        long largestFile = (long) settings.outputMegabytes() << 20;
        HostConfig config = UnprivilegedContainer.hostConfig()
                .withInit(true)
                .withNetworkMode(settings.network())
                .withReadonlyRootfs(true)
                .withPidsLimit((long) settings.limits().pids())
                .withTmpFs(Map.of("/tmp", "rw,nosuid,nodev,mode=1777,size=" + settings.scratchMegabytes() + "m"))
                .withMounts(mounts)
                .withUlimits(List.of(new Ulimit("fsize", largestFile, largestFile), new Ulimit("core", 0L, 0L)))
                .withLogConfig(new LogConfig(LogConfig.LoggingType.NONE));
        settings.limits()
                .memoryMegabytes()
                .map(megabytes -> (long) megabytes << 20)
                .ifPresent(bytes -> config.withMemory(bytes).withMemorySwap(bytes));
        settings.limits().cpus().ifPresent(cpus -> config.withNanoCPUs(Math.round(cpus * NANO)));
        return config;
    }
}
