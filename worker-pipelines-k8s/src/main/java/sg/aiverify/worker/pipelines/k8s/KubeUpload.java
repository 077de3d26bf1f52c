package sg.aiverify.worker.pipelines.k8s;

import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.gateway.Gateway;
import sg.aiverify.worker.gateway.RunState;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.pipeline.Demand;
import sg.aiverify.worker.pipeline.ResultArchive;
import sg.aiverify.worker.pipeline.UploadPipe;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.RunContext;

/** Makes sure that the pod of kubectl_run2 has stored its result at the gateway; tells progress itself. */
final class KubeUpload implements UploadPipe {
    private final Gateway gateway;

    KubeUpload(Gateway gateway) {
        this.gateway = gateway;
    }

    @Override
    public Demand demand(String runId, Cancellation cancellation) {
        RunState state = gateway.state(runId, cancellation);
        return state.status() == RunStatus.PENDING
                ? Demand.wanted(state.progress())
                : Demand.notWanted(state.status().inWords());
    }

    @Override
    public boolean progress(String runId, int percent) {
        return gateway.progress(runId, percent);
    }

    @Override
    public boolean upload(ResultArchive archive, RunContext run) {
        return switch (gateway.state(archive.runId(), run.cancellation()).status()) {
            case SUCCESS -> true;
            case PENDING ->
                throw new InfrastructureException(
                        "Upload failed: the pod has uploaded its result, but the gateway at APIGW_URL does not have it;"
                                + " does KUBECTL_APIGW_URL lead to the same?");
            case ERROR, CANCELLED, ABSENT -> false;
        };
    }
}
