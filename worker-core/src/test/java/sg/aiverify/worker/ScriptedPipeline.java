package sg.aiverify.worker;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntPredicate;
import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.algorithm.AlgorithmLayout;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.stage.AlgorithmOutput;
import sg.aiverify.worker.stage.BuildModule;
import sg.aiverify.worker.stage.Demand;
import sg.aiverify.worker.stage.DownloadModule;
import sg.aiverify.worker.stage.Environment;
import sg.aiverify.worker.stage.ErrorModule;
import sg.aiverify.worker.stage.ExecuteModule;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.ResultArchive;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.StageModule;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.stage.UploadModule;
import sg.aiverify.worker.stage.ValidateModule;
import sg.aiverify.worker.stage.WorkerContext;
import sg.aiverify.worker.stage.internal.StageModules;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.task.Task;

/** Modules of all stages that a test controls. They record their calls. */
public final class ScriptedPipeline {
    private static final Duration BLINK = Duration.ofMillis(10);
    /** Shortens the worker's pauses, but not to zero: a worker without pauses would keep a processor busy. */
    public static final Waiting HASTE = (reason, planned) -> planned.compareTo(BLINK) < 0 ? planned : BLINK;

    /** The name of each module. */
    public static final String NAME = "scripted";

    private final Map<Stage, Step> steps = new EnumMap<>(Stage.class);
    public final List<String> uploads = new CopyOnWriteArrayList<>();
    public final List<Reported> errors = new CopyOnWriteArrayList<>();
    public final List<Integer> progress = new CopyOnWriteArrayList<>();
    public final AtomicInteger executing = new AtomicInteger();
    public final AtomicInteger mostExecuting = new AtomicInteger();
    public volatile Consumer<String> reporting = runId -> {};
    /** Whether the upload module accepts results. */
    public volatile boolean uploadAccepted = true;

    public volatile IntPredicate progressAccepted = percent -> true;
    public volatile Function<String, Demand> demand = runId -> Demand.NEEDED;

    /** The number of times that the build module was closed. */
    public final AtomicInteger closed = new AtomicInteger();

    /** Whether the error module accepts errors; if not, the gateway needs no result of the run. */
    public volatile boolean errorsAccepted = true;

    /** An action that a stage runs before it returns its default result. */
    @FunctionalInterface
    public interface Step {
        void run(RunContext run) throws InterruptedException;
    }

    /** An error that was reported. */
    public record Reported(String runId, Failure failure) {}

    /** The environment that the build and execute modules share. */
    public record ScriptedEnvironment() implements Environment {
        @Override
        public String description() {
            return "no environment";
        }
    }

    private record OtherEnvironment() implements Environment {
        @Override
        public String description() {
            return "another environment";
        }
    }

    /** Sets the action of a stage. */
    public ScriptedPipeline at(Stage stage, Step step) {
        steps.put(stage, step);
        return this;
    }

    /** Returns the builder of a worker with these modules and short pauses, without a gateway or Valkey. */
    public Worker.Builder worker(Path data, Map<String, String> more) {
        Worker.Builder builder = Worker.builder().settings(settings(data, more)).waiting(HASTE);
        for (Stage stage : Stage.values()) {
            builder.provider(provider(stage, NAME, module(stage, data)));
        }
        return builder;
    }

    /** Returns these modules. */
    public StageModules<?> pipeline(Path data) {
        return StageModules.of(
                (DownloadModule) module(Stage.DOWNLOAD, data),
                (BuildModule<?>) module(Stage.PIPELINE_BUILD, data),
                (ValidateModule) module(Stage.VALIDATE_INPUT, data),
                (ExecuteModule<?>) module(Stage.PIPELINE_EXECUTE, data),
                (UploadModule) module(Stage.UPLOAD, data),
                (ErrorModule) module(Stage.PIPELINE_ERROR, data));
    }

    /** Returns settings that select these modules. */
    public Settings settings(Path data, Map<String, String> more) {
        Map<String, String> values = new HashMap<>();
        for (Stage stage : Stage.values()) {
            values.put(stage.setting().name(), NAME);
        }
        values.put("TEWORKER_DATA_DIR", data.toString());
        values.putAll(more);
        return Settings.of(values);
    }

    /** Creates a task with a new id. */
    public Task task(String arguments) {
        return Task.builder(UUID.randomUUID().toString())
                .algorithm("test.plugin", "test_algorithm")
                .arguments(JsonParser.parseString(arguments).getAsJsonObject())
                .model(ModelType.CLASSIFICATION, "model.sav")
                .testDataset("data.sav")
                .groundTruth("data.sav", "label")
                .build();
    }

    /** Returns the provider of an execute module whose environment type does not match the build module. */
    public ModuleProvider mismatchedExecute(String name) {
        return provider(Stage.PIPELINE_EXECUTE, name, new ExecuteModule<OtherEnvironment>() {
            @Override
            public Class<OtherEnvironment> environmentType() {
                return OtherEnvironment.class;
            }

            @Override
            public AlgorithmOutput execute(Execution<OtherEnvironment> execution, RunContext run) {
                throw new AssertionError("must not be called");
            }
        });
    }

    private static ModuleProvider provider(Stage stage, String name, StageModule module) {
        return new ModuleProvider() {
            @Override
            public Stage stage() {
                return stage;
            }

            @Override
            public String name() {
                return name;
            }

            @Override
            public StageModule create(WorkerContext context) {
                return module;
            }
        };
    }

    private void step(Stage stage, RunContext run) throws InterruptedException {
        Step step = steps.get(stage);
        if (step != null) {
            step.run(run);
        }
    }

    private StageModule module(Stage stage, Path data) {
        return switch (stage) {
            case DOWNLOAD ->
                (DownloadModule) run -> {
                    step(stage, run);
                    Algorithm algorithm = algorithm(data.resolveSibling("algorithm"));
                    return new TestInputs(
                            algorithm,
                            data.resolve("model.sav"),
                            data.resolve("data.sav"),
                            new TestInputs.GroundTruth(data.resolve("data.sav"), "label"),
                            Map.of());
                };
            case PIPELINE_BUILD -> new Build();
            case VALIDATE_INPUT ->
                (ValidateModule) (inputs, run) -> {
                    step(stage, run);
                    return run.task().algorithmArgs();
                };
            case PIPELINE_EXECUTE -> new Execute();
            case UPLOAD -> new Upload();
            case PIPELINE_ERROR ->
                (ErrorModule) (runId, failure, cancellation) -> {
                    cancellation.throwIfCancelled();
                    reporting.accept(runId);
                    if (!errorsAccepted) {
                        return false;
                    }
                    errors.add(new Reported(runId, failure));
                    return true;
                };
        };
    }

    private synchronized Algorithm algorithm(Path directory) {
        try {
            Path sources = directory.resolve("test_algorithm");
            if (Files.exists(sources)) {
                return AlgorithmLayout.read(directory, "0".repeat(64));
            }
            Files.createDirectories(sources);
            Files.writeString(sources.resolve("algo.py"), "");
            Files.writeString(sources.resolve("input.schema.json"), "{}");
            Files.writeString(sources.resolve("output.schema.json"), "{}");
            Files.writeString(
                    sources.resolve("algo.meta.json"),
                    "{\"gid\":\"test.plugin\",\"cid\":\"test_algorithm\",\"name\":\"n\",\"modelType\":[\"classification\"]}");
            return AlgorithmLayout.read(directory, "0".repeat(64));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Build implements BuildModule<ScriptedEnvironment> {
        @Override
        public Class<ScriptedEnvironment> environmentType() {
            return ScriptedEnvironment.class;
        }

        @Override
        public ScriptedEnvironment build(Algorithm algorithm, RunContext run) throws InterruptedException {
            step(Stage.PIPELINE_BUILD, run);
            return new ScriptedEnvironment();
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }

    private final class Execute implements ExecuteModule<ScriptedEnvironment> {
        @Override
        public Class<ScriptedEnvironment> environmentType() {
            return ScriptedEnvironment.class;
        }

        @Override
        public AlgorithmOutput execute(Execution<ScriptedEnvironment> execution, RunContext run)
                throws InterruptedException {
            mostExecuting.accumulateAndGet(executing.incrementAndGet(), Math::max);
            try {
                step(Stage.PIPELINE_EXECUTE, run);
                JsonObject output = new JsonObject();
                output.addProperty("id", run.task().id());
                Path file = Files.writeString(run.workDirectory().resolve("output.json"), output.toString());
                return new AlgorithmOutput(
                        file, run.workDirectory().resolve("output"), List.of(), Instant.EPOCH, Duration.ofMillis(5));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                executing.decrementAndGet();
            }
        }
    }

    private final class Upload implements UploadModule {
        @Override
        public Demand demand(String runId, Cancellation cancellation) {
            return demand.apply(runId);
        }

        @Override
        public boolean progress(String runId, int percent) {
            progress.add(percent);
            return progressAccepted.test(percent);
        }

        @Override
        public boolean upload(ResultArchive archive, RunContext run) throws InterruptedException {
            step(Stage.UPLOAD, run);
            if (uploadAccepted) {
                uploads.add(archive.runId());
            }
            return uploadAccepted;
        }
    }
}
