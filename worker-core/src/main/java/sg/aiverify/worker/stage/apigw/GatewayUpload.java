package sg.aiverify.worker.stage.apigw;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.util.Objects;
import org.apiguardian.api.API;
import sg.aiverify.worker.gateway.Gateway;
import sg.aiverify.worker.gateway.RunState;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.stage.Demand;
import sg.aiverify.worker.stage.UploadModule;

/**
 * The base class of upload modules for runs that the gateway knows. This class finds out from the gateway whether a
 * run's result is still needed, and reports progress to the gateway. The sub-class uploads the result. Thread-safe.
 */
@API(status = EXPERIMENTAL, since = "1.0")
public abstract class GatewayUpload implements UploadModule {
    private final Gateway gateway;

    /**
     * Creates a module.
     *
     * @param gateway the gateway of the runs; the module does not close it
     */
    protected GatewayUpload(Gateway gateway) {
        this.gateway = Objects.requireNonNull(gateway, "gateway");
    }

    /**
     * Returns the gateway.
     *
     * @return the gateway that was passed to the constructor
     */
    protected final Gateway gateway() {
        return gateway;
    }

    @Override
    public Demand demand(String runId, Cancellation cancellation) {
        RunState state = gateway.state(runId, cancellation);
        return switch (state.status()) {
            case PENDING -> Demand.needed(state.progress());
            case CANCELLED -> Demand.CANCELLED;
            case SUCCESS, ERROR, ABSENT -> Demand.over(state.status().inWords());
        };
    }

    @Override
    public boolean progress(String runId, int percent) {
        return gateway.progress(runId, percent);
    }
}
