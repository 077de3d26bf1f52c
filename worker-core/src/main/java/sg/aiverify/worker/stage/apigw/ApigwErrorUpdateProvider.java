package sg.aiverify.worker.stage.apigw;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import org.apiguardian.api.API;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.StageModule;
import sg.aiverify.worker.stage.WorkerContext;

/** Creates the module {@code apigw_error_update}, which stores errors at the gateway. */
@API(status = EXPERIMENTAL, since = "1.0")
public final class ApigwErrorUpdateProvider implements ModuleProvider {
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
    public StageModule create(WorkerContext context) {
        return new ApigwErrorUpdate(context.gateway());
    }
}
