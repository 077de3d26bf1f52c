package sg.aiverify.worker.pipelines.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Ulimit;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipeline.AlgorithmOutput;
import sg.aiverify.worker.pipeline.ImageEnvironment;
import sg.aiverify.worker.python.OutputTail;
import sg.aiverify.worker.python.RunnerEvents;
import sg.aiverify.worker.python.SupervisedProcess;
import sg.aiverify.worker.python.SupervisorOutput;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.run.RunLimits;

/** One run in one container: locked in, watched, and gone with the run. */
final class ContainerRun {
    static final String KIND = "run";
    static final Capability[] ALL_CAPABILITIES = {Capability.ALL};
    private static final Logger log = LogManager.getLogger(ContainerRun.class);
    private static final long OUTPUT_GRACE_MILLISECONDS = 5000;
    private static final int NANO = 1_000_000_000;
    private final DockerEngine engine;
    private final DockerSettings settings;
    private final RunContext run;
    private final OutputTail errors = new OutputTail();
    private final RunnerEvents events;
    private final SupervisorOutput lines;

    ContainerRun(DockerEngine engine, DockerSettings settings, RunContext run, Clock clock) {
        this.engine = engine;
        this.settings = settings;
        this.run = run;
        this.events = new RunnerEvents(clock, run::progress);
        this.lines = new SupervisorOutput(events::accept);
    }

    AlgorithmOutput execute(
            ImageEnvironment image,
            RunVolumes volumes,
            List<String> command,
            Map<String, String> variables,
            String instance,
            Path directory)
            throws InterruptedException {
        run.cancellation().throwIfCancelled();
        String container = create(image, volumes, command, variables, instance);
        try {
            int code = runToEnd(container);
            return outcome(container, code, directory);
        } catch (InterruptedException e) {
            // Stopping a run interrupts its thread as well; what was written tells where it was.
            throwIfStopped();
            throw e;
        } catch (RunCancelledException e) {
            throwIfStopped();
            throw e;
        } finally {
            engine.cleanUp(
                    "remove the container " + container,
                    () -> engine.client()
                            .removeContainerCmd(container)
                            .withForce(true)
                            .withRemoveVolumes(true)
                            .exec());
        }
    }

    private void throwIfStopped() {
        run.cancellation().reason().ifPresent(reason -> {
            throw RunCancelledException.withOutput("the run was stopped: " + reason, errors.text());
        });
    }

    private String create(
            ImageEnvironment image,
            RunVolumes volumes,
            List<String> command,
            Map<String, String> variables,
            String instance) {
        try {
            return engine.client()
                    .createContainerCmd(image.reference())
                    .withLabels(Labels.ofRun(KIND, instance, run.task().id()))
                    .withEntrypoint(command)
                    .withCmd(new String[0])
                    .withEnv(variables.entrySet().stream()
                            .map(variable -> variable.getKey() + "=" + variable.getValue())
                            .toList())
                    .withUser(settings.uid() + ":" + settings.gid())
                    .withWorkingDir(RunVolumes.WORK)
                    .withStopSignal("SIGKILL")
                    .withStdinOpen(true)
                    .withStdInOnce(true)
                    .withAttachStdin(true)
                    .withAttachStdout(true)
                    .withAttachStderr(true)
                    .withHostConfig(hostConfig(volumes))
                    .exec()
                    .getId();
        } catch (NotFoundException e) {
            throw new InfrastructureException(
                    "Failed to run algorithm: the " + image.description() + " is not at the Docker engine any more", e);
        } catch (RuntimeException e) {
            throw engine.failure("create the run's container", e);
        }
    }

    private HostConfig hostConfig(RunVolumes volumes) {
        long largestFile = (long) settings.outputMegabytes() << 20;
        HostConfig config = HostConfig.newHostConfig()
                .withInit(true)
                .withNetworkMode(settings.network())
                .withReadonlyRootfs(true)
                .withCapDrop(ALL_CAPABILITIES)
                .withSecurityOpts(List.of("no-new-privileges"))
                .withPidsLimit((long) settings.limits().pids())
                .withTmpFs(Map.of("/tmp", "rw,nosuid,nodev,mode=1777,size=" + settings.scratchMegabytes() + "m"))
                .withMounts(volumes.mounts(true))
                .withUlimits(List.of(new Ulimit("fsize", largestFile, largestFile), new Ulimit("core", 0L, 0L)))
                .withLogConfig(new LogConfig(LogConfig.LoggingType.NONE));
        settings.limits()
                .memoryMegabytes()
                .map(megabytes -> (long) megabytes << 20)
                .ifPresent(bytes -> config.withMemory(bytes).withMemorySwap(bytes));
        settings.limits().cpus().ifPresent(cpus -> config.withNanoCPUs(Math.round(cpus * NANO)));
        return config;
    }

    private int runToEnd(String container) throws InterruptedException {
        try (Lifeline lifeline = new Lifeline();
                ContainerOutput output = new ContainerOutput(lines, errors);
                ContainerExit exit = new ContainerExit()) {
            engine.call(
                    "attach to the run's container",
                    () -> engine.client()
                            .attachContainerCmd(container)
                            .withStdIn(lifeline)
                            .withStdOut(true)
                            .withStdErr(true)
                            .withFollowStream(true)
                            .exec(output));
            output.awaitStart();
            engine.call(
                    "start the run's container",
                    () -> engine.client().startContainerCmd(container).exec());
            engine.client().waitContainerCmd(container).exec(exit);
            int code = exit.await(engine, run.cancellation());
            output.awaitEnd(OUTPUT_GRACE_MILLISECONDS);
            return code;
        } catch (IOException e) {
            throw engine.failure("follow the run's container", e);
        }
    }

    private AlgorithmOutput outcome(String container, int code, Path directory) throws InterruptedException {
        InspectContainerResponse.ContainerState state = engine.call(
                        "look at the run's container",
                        () -> engine.client().inspectContainerCmd(container).exec())
                .getState();
        SupervisedProcess.Ending ending = lines.ending().orElseGet(() -> SupervisedProcess.Ending.ofSupervisor(code));
        log.debug("Run {} ended with {}; its output ended with:\n{}", run.task().id(), ending, errors.text());
        if (ending.isSuccess()) {
            new RunOutput(engine, settings.outputMegabytes()).fetch(container, directory);
        } else if (Boolean.TRUE.equals(state.getOOMKilled())) {
            throw outOfMemory();
        } else if (KilledContainer.isKilled(code, lines)) {
            throw KilledContainer.failure(engine, errors.text(), run);
        }
        return events.output(directory, ending, errors.text(), run.attempt());
    }

    private StageException outOfMemory() {
        Optional<Integer> limit = settings.limits().memoryMegabytes();
        if (limit.isEmpty()) {
            String text = FailureText.withOutput(
                    "Failed to run algorithm: it ran out of memory, all that the engine has", errors.text());
            return run.attempt() > 1 ? new TaskFailedException(text) : new InfrastructureException(text);
        }
        return new TaskFailedException(FailureText.withOutput(
                "Failed to run algorithm: it ran out of memory, of " + limit.get() + " MiB; the limit is "
                        + RunLimits.MEMORY_MB.name(),
                errors.text()));
    }
}
