package sg.aiverify.worker.chaos.light;

import com.google.gson.JsonObject;
import java.time.Duration;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.StageModule;
import sg.aiverify.worker.stage.WorkerContext;
import sg.aiverify.worker.testkit.stage.InProcessAlgorithm;

/** Runs for the milliseconds in the argument {@code millis}, reports progress, and returns a small result. */
public final class LightAlgorithm {
    private static final int STEPS = 5;

    private LightAlgorithm() {}

    /** Does so. */
    public static JsonObject run(Execution<?> execution, RunContext run) {
        int millis = execution.arguments().get("millis").getAsInt();
        for (int step = 1; step <= STEPS; step++) {
            run.cancellation().sleep(Duration.ofMillis(millis / STEPS));
            run.progress(step * 95 / STEPS);
        }
        JsonObject output = new JsonObject();
        output.addProperty("message", "took " + millis + " ms");
        return output;
    }

    /** Provides the build module to a worker that finds its modules in a jar. */
    public static final class BuildProvider implements ModuleProvider {
        @Override
        public Stage stage() {
            return Stage.PIPELINE_BUILD;
        }

        @Override
        public String name() {
            return InProcessAlgorithm.NAME;
        }

        @Override
        public StageModule create(WorkerContext context) {
            return InProcessAlgorithm.build().create(context);
        }
    }

    /** Provides the execute module to a worker that finds its modules in a jar. */
    public static final class ExecuteProvider implements ModuleProvider {
        @Override
        public Stage stage() {
            return Stage.PIPELINE_EXECUTE;
        }

        @Override
        public String name() {
            return InProcessAlgorithm.NAME;
        }

        @Override
        public StageModule create(WorkerContext context) {
            return InProcessAlgorithm.execute(LightAlgorithm::run).create(context);
        }
    }
}
