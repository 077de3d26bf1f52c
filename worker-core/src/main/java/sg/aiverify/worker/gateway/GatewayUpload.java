package sg.aiverify.worker.gateway;

import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.pipeline.UploadPipe;
import sg.aiverify.worker.result.ResultArchive;
import sg.aiverify.worker.run.RunContext;

/** Stores results at the gateway. */
final class GatewayUpload implements UploadPipe {
    private final Gateway gateway;

    GatewayUpload(Gateway gateway) {
        this.gateway = gateway;
    }

    @Override
    public void upload(ResultArchive archive, RunContext run) {
        if (!gateway.upload(archive.runId(), archive.file(), run.cancellation())) {
            throw new RunCancelledException(
                    "the test run " + archive.runId() + " is no longer pending at the gateway; its result is dropped");
        }
    }
}
