package sg.aiverify.worker.stage.apigw;

import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.gateway.Gateway;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.stage.ResultArchive;

/** Stores progress and results at the gateway. */
final class ApigwUpload extends GatewayUpload {
    ApigwUpload(Gateway gateway) {
        super(gateway);
    }

    @Override
    public boolean upload(ResultArchive archive, RunContext run) {
        boolean stored = gateway().upload(archive.runId(), archive.file(), new RunReportRight(run), run.cancellation());
        run.serviceWorks(ServiceUnavailableException.GATEWAY);
        return stored;
    }

    private record RunReportRight(RunContext run) implements Gateway.UploadGuard {
        @Override
        public boolean confirm() {
            return run.confirm();
        }

        @Override
        public void noteFailure(String problem) {
            run.serviceFails(ServiceUnavailableException.GATEWAY, problem);
        }
    }
}
