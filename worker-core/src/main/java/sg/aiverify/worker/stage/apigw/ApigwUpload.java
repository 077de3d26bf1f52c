package sg.aiverify.worker.stage.apigw;

import sg.aiverify.worker.failure.ServiceAwayException;
import sg.aiverify.worker.gateway.Gateway;
import sg.aiverify.worker.gateway.RunState;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.stage.Demand;
import sg.aiverify.worker.stage.ResultArchive;
import sg.aiverify.worker.stage.UploadModule;

/** Stores progress and results at the gateway. */
final class ApigwUpload implements UploadModule {
    private final Gateway gateway;

    ApigwUpload(Gateway gateway) {
        this.gateway = gateway;
    }

    @Override
    public Demand demand(String runId, Cancellation cancellation) {
        RunState state = gateway.state(runId, cancellation);
        return switch (state.status()) {
            case PENDING -> Demand.wanted(state.progress());
            case CANCELLED -> Demand.CANCELLED;
            case SUCCESS, ERROR, ABSENT -> Demand.notWanted(state.status().inWords());
        };
    }

    @Override
    public boolean progress(String runId, int percent) {
        return gateway.progress(runId, percent);
    }

    @Override
    public boolean upload(ResultArchive archive, RunContext run) {
        boolean stored = gateway.upload(archive.runId(), archive.file(), new RunReportRight(run), run.cancellation());
        run.serviceWorks(ServiceAwayException.GATEWAY);
        return stored;
    }

    private record RunReportRight(RunContext run) implements Gateway.UploadGuard {
        @Override
        public boolean confirm() {
            return run.confirm();
        }

        @Override
        public void noteTrouble(String trouble) {
            run.serviceFails(ServiceAwayException.GATEWAY, trouble);
        }
    }
}
