package sg.aiverify.worker.apigw;

import sg.aiverify.worker.pipeline.Pipe;
import sg.aiverify.worker.pipeline.PipeHost;
import sg.aiverify.worker.pipeline.PipeProvider;
import sg.aiverify.worker.pipeline.Stage;

/** Offers the module {@code apigw_error_update}: errors to the gateway. */
public final class ApigwErrorUpdateProvider implements PipeProvider {
    /** Creates the provider. */
    public ApigwErrorUpdateProvider() {}

    @Override
    public Stage stage() {
        return Stage.PIPELINE_ERROR;
    }

    @Override
    public String name() {
        return "apigw_error_update";
    }

    @Override
    public Pipe create(PipeHost host) {
        return new ApigwErrorUpdate(host.gateway());
    }
}
