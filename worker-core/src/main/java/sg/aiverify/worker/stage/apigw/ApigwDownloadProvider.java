package sg.aiverify.worker.stage.apigw;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.util.Collection;
import org.apiguardian.api.API;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.files.ArchiveExtractor;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.StageModule;
import sg.aiverify.worker.stage.WorkerContext;

/** Creates the module {@code apigw_download}, which downloads inputs from the gateway. */
@API(status = EXPERIMENTAL, since = "1.0")
public final class ApigwDownloadProvider implements ModuleProvider {
    /** Creates the provider. */
    public ApigwDownloadProvider() {}

    @Override
    public Stage stage() {
        return Stage.DOWNLOAD;
    }

    @Override
    public String name() {
        return "apigw_download";
    }

    @Override
    public Collection<Setting<?>> settings() {
        return ArchiveExtractor.settings();
    }

    @Override
    public StageModule create(WorkerContext context) {
        return new ApigwDownload(
                new GatewayFiles(context.gateway(), context.cache(), ArchiveExtractor.of(context.settings())));
    }
}
