package sg.aiverify.worker.e2e.module;

import java.time.Duration;
import sg.aiverify.worker.pipeline.Pipe;
import sg.aiverify.worker.pipeline.PipeHost;
import sg.aiverify.worker.pipeline.PipeProvider;
import sg.aiverify.worker.pipeline.Stage;

/** Offers {@code instant_execute}, which runs no algorithm but says in which process it was asked to. */
public final class InstantExecuteProvider implements PipeProvider {
    /** How long a run takes. */
    private static final Duration TIME = Duration.ofMillis(100);

    @Override
    public Stage stage() {
        return Stage.PIPELINE_EXECUTE;
    }

    @Override
    public String name() {
        return "instant_execute";
    }

    @Override
    public Pipe create(PipeHost host) {
        return new InstantExecute(host.clock(), TIME);
    }
}
