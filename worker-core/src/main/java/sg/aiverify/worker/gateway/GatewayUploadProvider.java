package sg.aiverify.worker.gateway;

import sg.aiverify.worker.pipeline.Pipe;
import sg.aiverify.worker.pipeline.PipeHost;
import sg.aiverify.worker.pipeline.PipeProvider;
import sg.aiverify.worker.pipeline.Stage;

/** Offers the module {@code apigw_upload}: results to the gateway. */
public final class GatewayUploadProvider implements PipeProvider {
    /** Creates the provider. */
    public GatewayUploadProvider() {}

    @Override
    public Stage stage() {
        return Stage.UPLOAD;
    }

    @Override
    public String name() {
        return "apigw_upload";
    }

    @Override
    public Pipe create(PipeHost host) {
        return new GatewayUpload(host.gateway());
    }
}
