package sg.aiverify.worker.apigw;

import sg.aiverify.worker.pipeline.Pipe;
import sg.aiverify.worker.pipeline.PipeHost;
import sg.aiverify.worker.pipeline.PipeProvider;
import sg.aiverify.worker.pipeline.Stage;

/** Offers the module {@code apigw_upload}: results to the gateway. */
public final class ApigwUploadProvider implements PipeProvider {
    /** Creates the provider. */
    public ApigwUploadProvider() {}

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
        return new ApigwUpload(host.gateway());
    }
}
