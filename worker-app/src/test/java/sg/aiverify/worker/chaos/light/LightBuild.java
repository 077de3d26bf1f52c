package sg.aiverify.worker.chaos.light;

import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.stage.BuildModule;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.StageModule;
import sg.aiverify.worker.stage.WorkerContext;

/** Prepares nothing. */
public final class LightBuild implements BuildModule<LightEnvironment> {
    /** The module's name. */
    public static final String NAME = "light_build";

    @Override
    public Class<LightEnvironment> environmentType() {
        return LightEnvironment.class;
    }

    @Override
    public LightEnvironment build(Algorithm algorithm, RunContext run) {
        return new LightEnvironment();
    }

    /** Offers it. */
    public static final class Provider implements ModuleProvider {
        @Override
        public Stage stage() {
            return Stage.PIPELINE_BUILD;
        }

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public StageModule create(WorkerContext host) {
            return new LightBuild();
        }
    }
}
