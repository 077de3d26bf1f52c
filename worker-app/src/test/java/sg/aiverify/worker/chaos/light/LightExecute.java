package sg.aiverify.worker.chaos.light;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.stage.AlgorithmOutput;
import sg.aiverify.worker.stage.ExecuteModule;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.StageModule;
import sg.aiverify.worker.stage.WorkerContext;

/** Takes the milliseconds that the argument {@code millis} says, tells progress, and gives a small result. */
public final class LightExecute implements ExecuteModule<LightEnvironment> {
    /** The module's name. */
    public static final String NAME = "light_execute";

    private static final int STEPS = 5;

    @Override
    public Class<LightEnvironment> environmentType() {
        return LightEnvironment.class;
    }

    @Override
    public AlgorithmOutput execute(Execution<LightEnvironment> execution, RunContext run) {
        Instant start = Instant.now();
        int millis = execution.arguments().get("millis").getAsInt();
        for (int step = 1; step <= STEPS; step++) {
            run.cancellation().sleep(Duration.ofMillis(millis / STEPS));
            run.progress(step * 95 / STEPS);
        }
        JsonObject output = new JsonObject();
        output.addProperty("message", "took " + millis + " ms");
        Path file = run.workDirectory().resolve("light.json");
        try {
            Files.writeString(file, output.toString());
        } catch (IOException e) {
            throw new InfrastructureException("The output cannot be written: " + e, e);
        }
        return new AlgorithmOutput(
                file, run.workDirectory().resolve("none"), List.of(), start, Duration.between(start, Instant.now()));
    }

    /** Offers it. */
    public static final class Provider implements ModuleProvider {
        @Override
        public Stage stage() {
            return Stage.PIPELINE_EXECUTE;
        }

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public StageModule create(WorkerContext host) {
            return new LightExecute();
        }
    }
}
