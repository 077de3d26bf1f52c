package sg.aiverify.worker.pipelines.docker;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipeline.AlgorithmOutput;
import sg.aiverify.worker.pipeline.ArgumentDatasets;
import sg.aiverify.worker.pipeline.ExecutePipe;
import sg.aiverify.worker.pipeline.Execution;
import sg.aiverify.worker.pipeline.ImageEnvironment;
import sg.aiverify.worker.pipeline.TestInputs;
import sg.aiverify.worker.python.RunnerRequest;
import sg.aiverify.worker.run.RunContext;

/** Runs algorithms, each in a container of its own. */
final class DockerRun implements ExecutePipe<ImageEnvironment> {
    private static final int NAME_SUFFIX = 8;
    private final DockerEngine engine;
    private final DockerSettings settings;
    private final Household household;
    private final SandboxMaker maker;
    private final WaitingSandboxes waiting;
    private final SharedData shared;
    private final Clock clock;

    DockerRun(
            DockerEngine engine,
            DockerSettings settings,
            Household household,
            SandboxMaker maker,
            WaitingSandboxes waiting,
            SharedData shared,
            Clock clock) {
        this.engine = engine;
        this.settings = settings;
        this.household = household;
        this.maker = maker;
        this.waiting = waiting;
        this.shared = shared;
        this.clock = clock;
    }

    @Override
    public Class<ImageEnvironment> environmentType() {
        return ImageEnvironment.class;
    }

    @Override
    public List<String> troubles() {
        try {
            engine.call("answer", () -> engine.client().pingCmd().exec());
            return List.of();
        } catch (StageException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public AlgorithmOutput execute(Execution<ImageEnvironment> execution, RunContext run) throws InterruptedException {
        run.cancellation().throwIfCancelled();
        ImageEnvironment image = execution.environment();
        shared.use(image.reference());
        InputPlaces places = new InputPlaces(shared);
        String request = request(execution, places).toJson(run.task());
        String instance = household.claim(image.reference());
        Path directory = directory(run);
        Sandbox sandbox = sandbox(image, instance, run.task().id(), places);
        // The next run's container is started when this one's imports are over, so that the two do not compete.
        Runnable restock = () -> waiting.restock(image, instance);
        try {
            AlgorithmOutput output = new ContainerRun(engine, settings, sandbox, run, clock, restock)
                    .execute(
                            entries -> {
                                entries.text(SandboxMaker.REQUEST.substring(1), request);
                                places.write(entries);
                            },
                            directory);
            closeMeanwhile(sandbox, run);
            return output;
        } catch (InterruptedException | RuntimeException e) {
            sandbox.close();
            throw e;
        }
    }

    private Sandbox sandbox(ImageEnvironment image, String instance, String runId, InputPlaces places) {
        String name =
                "aiverify-run-" + runId + "-" + UUID.randomUUID().toString().substring(0, NAME_SUFFIX);
        return waiting.take(image, name)
                .orElseGet(() -> maker.make(image, new Labels.Of(instance, runId), name, places.mounts()));
    }

    /** Removes a sandbox that has done its work while its output is delivered; it is gone when the run ends. */
    private static void closeMeanwhile(Sandbox sandbox, RunContext run) {
        Thread cleaner = new Thread(sandbox::close, "docker-cleanup");
        cleaner.setDaemon(true);
        cleaner.start();
        run.closeAtEnd(sandbox);
    }

    private static RunnerRequest request(Execution<ImageEnvironment> execution, InputPlaces places) {
        TestInputs inputs = execution.inputs();
        String data = places.of(inputs.testDataset());
        String model = places.of(inputs.model());
        TestInputs.@Nullable GroundTruth truth = inputs.groundTruth();
        String truthData = truth == null ? null : places.of(truth.dataset());
        JsonObject arguments = ArgumentDatasets.replace(execution.arguments(), name -> {
            Path path = inputs.argumentDatasets().get(name);
            if (path == null) {
                throw new TaskFailedException(
                        "The arguments name the dataset '" + name + "', which was not downloaded");
            }
            return places.of(path);
        });
        return new RunnerRequest(
                ImageEnvironment.ALGORITHM,
                data,
                model,
                truthData,
                truth == null ? null : truth.column(),
                arguments,
                RunVolumes.WORK);
    }

    private static Path directory(RunContext run) {
        try {
            return Files.createDirectories(run.workDirectory().resolve("docker"));
        } catch (IOException e) {
            throw new InfrastructureException("The run's directory " + run.workDirectory() + " cannot be written", e);
        }
    }

    /** Waits until a sandbox is ready for the next run of an image; false if there is none within the time. */
    boolean awaitWaiting(ImageEnvironment image, long seconds) throws InterruptedException {
        return waiting.awaitReady(image, seconds);
    }

    @Override
    public void close() {
        waiting.close();
        household.close();
        engine.close();
    }
}
