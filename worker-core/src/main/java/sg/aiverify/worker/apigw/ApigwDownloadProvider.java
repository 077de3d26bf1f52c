package sg.aiverify.worker.apigw;

import java.util.Collection;
import sg.aiverify.worker.cache.ArchiveExtractor;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.pipeline.Pipe;
import sg.aiverify.worker.pipeline.PipeHost;
import sg.aiverify.worker.pipeline.PipeProvider;
import sg.aiverify.worker.pipeline.Stage;

/** Offers the module {@code apigw_download}: inputs from the gateway. */
public final class ApigwDownloadProvider implements PipeProvider {
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
    public Pipe create(PipeHost host) {
        return new ApigwDownload(new GatewayFiles(host.gateway(), host.cache(), ArchiveExtractor.of(host.settings())));
    }
}
