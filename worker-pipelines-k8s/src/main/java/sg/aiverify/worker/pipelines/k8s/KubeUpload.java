package sg.aiverify.worker.pipelines.k8s;

import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.gateway.Gateway;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.stage.ResultArchive;
import sg.aiverify.worker.stage.apigw.GatewayUpload;

/** Checks that the pod of kubectl_run2 has stored its result at the gateway. The worker still reports the progress. */
final class KubeUpload extends GatewayUpload {
    KubeUpload(Gateway gateway) {
        super(gateway);
    }

    @Override
    public boolean upload(ResultArchive archive, RunContext run) {
        return switch (gateway().state(archive.runId(), run.cancellation()).status()) {
            case SUCCESS -> true;
            case PENDING ->
                throw new InfrastructureException(
                        "Upload failed: the pod has uploaded its result, but the gateway at APIGW_URL does not contain"
                                + " it; check that KUBECTL_APIGW_URL leads to the same gateway");
            case ERROR, CANCELLED, ABSENT -> false;
        };
    }
}
