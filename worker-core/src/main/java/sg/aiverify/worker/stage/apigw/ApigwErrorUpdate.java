package sg.aiverify.worker.stage.apigw;

import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.gateway.Gateway;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.stage.ErrorModule;

/** Stores the errors of failed runs at the gateway. */
final class ApigwErrorUpdate implements ErrorModule {
    private final Gateway gateway;

    ApigwErrorUpdate(Gateway gateway) {
        this.gateway = gateway;
    }

    @Override
    public boolean report(String runId, Failure failure, Cancellation cancellation) {
        return gateway.fail(runId, failure.text(), cancellation);
    }
}
