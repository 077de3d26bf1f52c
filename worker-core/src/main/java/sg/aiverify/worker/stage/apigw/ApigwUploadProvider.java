package sg.aiverify.worker.stage.apigw;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import org.apiguardian.api.API;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.StageModule;
import sg.aiverify.worker.stage.WorkerContext;

/** Creates the module {@code apigw_upload}, which stores results at the gateway. */
@API(status = EXPERIMENTAL, since = "1.0")
public final class ApigwUploadProvider implements ModuleProvider {
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
    public StageModule create(WorkerContext context) {
        return new ApigwUpload(context.gateway());
    }
}
