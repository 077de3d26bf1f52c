package sg.aiverify.worker.pipelines.k8s;

import java.util.Collection;
import java.util.List;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.pipeline.Pipe;
import sg.aiverify.worker.pipeline.PipeHost;
import sg.aiverify.worker.pipeline.PipeProvider;
import sg.aiverify.worker.pipeline.Stage;

/** Offers {@code kube_upload}. */
public final class KubeUploadProvider implements PipeProvider {
    static final String NAME = "kube_upload";

    /** Creates the provider. */
    public KubeUploadProvider() {}

    @Override
    public Stage stage() {
        return Stage.UPLOAD;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Collection<Setting<?>> settings() {
        return List.of(JobSettings.GATEWAY);
    }

    @Override
    public Pipe create(PipeHost host) {
        String execute = host.settings().get(Stage.PIPELINE_EXECUTE.setting());
        if (!execute.equals(KubectlRun2Provider.NAME)) {
            throw new ConfigurationException(Stage.UPLOAD.setting() + "=" + NAME
                    + " leaves the upload to the Jobs of kubectl_run2, so it needs "
                    + Stage.PIPELINE_EXECUTE.setting() + "=kubectl_run2, not " + execute);
        }
        return new KubeUpload(host.gateway());
    }
}
