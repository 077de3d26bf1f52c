package sg.aiverify.worker.testkit.stage;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;
import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.stage.AlgorithmOutput;
import sg.aiverify.worker.stage.BuildModule;
import sg.aiverify.worker.stage.Environment;
import sg.aiverify.worker.stage.ExecuteModule;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.StageModule;
import sg.aiverify.worker.stage.WorkerContext;

/**
 * Build and execute modules that do an algorithm's work in this process, without Python. These modules are for tests of
 * the worker itself with thousands of runs.
 */
@API(status = EXPERIMENTAL, since = "1.0")
public final class InProcessAlgorithm {
    /** The name of both modules. */
    public static final String NAME = "in_process";

    private InProcessAlgorithm() {}

    /** The work of an algorithm. */
    @FunctionalInterface
    public interface Step {
        /**
         * Does the work. Called in the threads of the runs, so many calls may overlap.
         *
         * @param execution the inputs and validated arguments
         * @param run the run, for progress and cancellation
         * @return the output
         * @throws InterruptedException if the run was stopped
         */
        JsonObject run(Execution<?> execution, RunContext run) throws InterruptedException;
    }

    /**
     * Returns the settings that select both modules.
     *
     * @return the values, by name
     */
    public static Map<String, String> settings() {
        return Map.of(
                Stage.PIPELINE_BUILD.setting().name(),
                NAME,
                Stage.PIPELINE_EXECUTE.setting().name(),
                NAME);
    }

    /**
     * Returns the provider of the build module, which prepares nothing.
     *
     * @return a provider
     */
    public static ModuleProvider build() {
        return new Provider(Stage.PIPELINE_BUILD, new Build());
    }

    /**
     * Returns the provider of the execute module.
     *
     * @param step the function that does the algorithm's work; called once for each run
     * @return a provider
     */
    public static ModuleProvider execute(Step step) {
        return new Provider(Stage.PIPELINE_EXECUTE, new Execute(step));
    }

    private record Provider(Stage stage, StageModule module) implements ModuleProvider {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public StageModule create(WorkerContext context) {
            return module;
        }
    }

    private record NoEnvironment() implements Environment {
        @Override
        public String description() {
            return "this process";
        }
    }

    private record Build() implements BuildModule<NoEnvironment> {
        @Override
        public Class<NoEnvironment> environmentType() {
            return NoEnvironment.class;
        }

        @Override
        public NoEnvironment build(Algorithm algorithm, RunContext run) {
            return new NoEnvironment();
        }
    }

    private record Execute(Step step) implements ExecuteModule<NoEnvironment> {
        @Override
        public Class<NoEnvironment> environmentType() {
            return NoEnvironment.class;
        }

        @Override
        public AlgorithmOutput execute(Execution<NoEnvironment> execution, RunContext run) throws InterruptedException {
            Instant start = Instant.now();
            JsonObject output = step.run(execution, run);
            Path file = run.workDirectory().resolve("output.json");
            try {
                Files.writeString(file, output.toString());
            } catch (IOException e) {
                throw new InfrastructureException("The output cannot be written: " + e, e);
            }
            return new AlgorithmOutput(
                    file,
                    run.workDirectory().resolve("output"),
                    List.of(),
                    start,
                    Duration.between(start, Instant.now()));
        }
    }
}
