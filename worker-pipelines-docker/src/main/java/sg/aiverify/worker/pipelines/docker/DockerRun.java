package sg.aiverify.worker.pipelines.docker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.files.internal.DiskFailure;
import sg.aiverify.worker.pipelines.docker.internal.cleanup.CleanupTimer;
import sg.aiverify.worker.pipelines.docker.internal.container.ContainerFactory;
import sg.aiverify.worker.pipelines.docker.internal.container.ContainerRun;
import sg.aiverify.worker.pipelines.docker.internal.container.InputPaths;
import sg.aiverify.worker.pipelines.docker.internal.container.PreStartedContainers;
import sg.aiverify.worker.pipelines.docker.internal.container.RunVolumes;
import sg.aiverify.worker.pipelines.docker.internal.container.RunnerContainer;
import sg.aiverify.worker.pipelines.docker.internal.container.SharedDataDirectory;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.internal.engine.Labels;
import sg.aiverify.worker.pipelines.docker.internal.settings.DockerSettings;
import sg.aiverify.worker.python.RunnerRequest;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.run.internal.DaemonThreads;
import sg.aiverify.worker.stage.AlgorithmOutput;
import sg.aiverify.worker.stage.ExecuteModule;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.ImageEnvironment;

/** Runs each algorithm in its own container. */
final class DockerRun implements ExecuteModule<ImageEnvironment> {
    private static final int NAME_SUFFIX = 8;
    private final DockerEngine engine;
    private final DockerSettings settings;
    private final CleanupTimer cleanup;
    private final ContainerFactory factory;
    private final PreStartedContainers preStarted;
    private final SharedDataDirectory shared;
    private final Clock clock;

    DockerRun(
            DockerEngine engine,
            DockerSettings settings,
            CleanupTimer cleanup,
            ContainerFactory factory,
            PreStartedContainers preStarted,
            SharedDataDirectory shared,
            Clock clock) {
        this.engine = engine;
        this.settings = settings;
        this.cleanup = cleanup;
        this.factory = factory;
        this.preStarted = preStarted;
        this.shared = shared;
        this.clock = clock;
    }

    @Override
    public Class<ImageEnvironment> environmentType() {
        return ImageEnvironment.class;
    }

    @Override
    public List<String> problems() {
        try {
            engine.call("answer a ping", () -> engine.client().pingCmd().exec());
            return List.of();
        } catch (StageException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public AlgorithmOutput execute(Execution<ImageEnvironment> execution, RunContext run) throws InterruptedException {
        run.cancellation().throwIfCancelled();
        ImageEnvironment image = execution.environment();
        shared.ensureVisible(image.reference());
        InputPaths inputPaths = new InputPaths(shared);
        String request = RunnerRequest.of(
                        execution.inputs(),
                        execution.arguments(),
                        ImageEnvironment.ALGORITHM,
                        inputPaths::inContainer,
                        RunVolumes.WORK,
                        settings.network().equals("none"))
                .toJson(run.task());
        String instance = cleanup.ensureAlive(image.reference());
        Path directory = directory(run);
        RunnerContainer container = container(image, instance, run.task().id(), inputPaths);
        // The next run's container starts only after the imports of this run, so that both do not import at once.
        Runnable restock = () -> preStarted.restock(image, instance);
        try {
            AlgorithmOutput output = new ContainerRun(engine, settings, container, run, clock, restock)
                    .execute(
                            entries -> {
                                entries.text(ContainerFactory.REQUEST.substring(1), request);
                                inputPaths.write(entries);
                            },
                            directory);
            closeMeanwhile(container, run);
            return output;
        } catch (InterruptedException | RuntimeException e) {
            container.close();
            throw e;
        }
    }

    private RunnerContainer container(ImageEnvironment image, String instance, String runId, InputPaths inputPaths) {
        String name =
                "aiverify-run-" + runId + "-" + UUID.randomUUID().toString().substring(0, NAME_SUFFIX);
        return preStarted
                .take(image, name)
                .orElseGet(() -> factory.create(image, new Labels.Owner(instance, runId), name, inputPaths.mounts()));
    }

    /** Removes an ended container in another thread while the result is uploaded. The run ends after the removal. */
    private static void closeMeanwhile(RunnerContainer container, RunContext run) {
        DaemonThreads.start("docker-cleanup", container::close);
        run.closeAtEnd(container);
    }

    private static Path directory(RunContext run) {
        try {
            return Files.createDirectories(run.workDirectory().resolve("docker"));
        } catch (IOException e) {
            throw DiskFailure.inRunDirectory(run.workDirectory(), e);
        }
    }

    /** Waits until a container is ready for the next run of an image; returns false if none is ready in time. */
    boolean awaitPreStarted(ImageEnvironment image, long seconds) throws InterruptedException {
        return preStarted.awaitReady(image, seconds);
    }

    @Override
    public void close() {
        preStarted.close();
        cleanup.close();
        engine.close();
    }
}
