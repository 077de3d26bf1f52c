package sg.aiverify.worker.pipelines.k8s;

import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.gateway.Gateway;
import sg.aiverify.worker.gateway.RunState;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.stage.Demand;
import sg.aiverify.worker.stage.ResultArchive;
import sg.aiverify.worker.stage.UploadModule;

/** Checks that the pod of kubectl_run2 has stored its result at the gateway; reports progress itself. */
final class KubeUpload implements UploadModule {
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
