package sg.aiverify.worker.chaos.light;

import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.pipeline.BuildPipe;
import sg.aiverify.worker.pipeline.Pipe;
import sg.aiverify.worker.pipeline.PipeHost;
import sg.aiverify.worker.pipeline.PipeProvider;
import sg.aiverify.worker.pipeline.Stage;
import sg.aiverify.worker.run.RunContext;

/** Prepares nothing. */
public final class LightBuild implements BuildPipe<LightEnvironment> {
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
    public static final class Provider implements PipeProvider {
        @Override
        public Stage stage() {
            return Stage.PIPELINE_BUILD;
        }

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public Pipe create(PipeHost host) {
            return new LightBuild();
        }
    }
}
