package sg.aiverify.worker.pipelines.k8s;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.util.Collection;
import java.util.List;
import org.apiguardian.api.API;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.pipelines.k8s.internal.settings.JobSettings;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.StageModule;
import sg.aiverify.worker.stage.WorkerContext;

/** Provides {@code kube_upload}. */
@API(status = EXPERIMENTAL, since = "1.0")
public final class KubeUploadProvider implements ModuleProvider {
    /** Creates the provider. */
    public KubeUploadProvider() {}

    @Override
    public Stage stage() {
        return Stage.UPLOAD;
    }

    @Override
    public String name() {
        return JobSettings.KUBE_UPLOAD;
    }

    @Override
    public Collection<Setting<?>> settings() {
        return List.of(JobSettings.GATEWAY);
    }

    @Override
    public StageModule create(WorkerContext context) {
        String execute = context.settings().get(Stage.PIPELINE_EXECUTE.setting());
        if (!execute.equals(KubectlRun2Provider.NAME)) {
            throw new ConfigurationException(Stage.UPLOAD.setting() + "=" + JobSettings.KUBE_UPLOAD
                    + " needs " + Stage.PIPELINE_EXECUTE.setting()
                    + "=kubectl_run2, whose Jobs upload the results, but this setting is " + execute);
        }
        return new KubeUpload(context.gateway());
    }
}
