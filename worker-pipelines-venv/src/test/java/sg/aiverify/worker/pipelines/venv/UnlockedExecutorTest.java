package sg.aiverify.worker.pipelines.venv;

import org.junit.jupiter.api.Tag;
import sg.aiverify.worker.testkit.contract.ExecutorBackend;
import sg.aiverify.worker.testkit.contract.ExecutorCapability;
import sg.aiverify.worker.testkit.contract.ExecutorSafetyContract;

/** The part of the contract that depends on the sandbox, without a sandbox. */
@Tag("slow")
class UnlockedExecutorTest extends ExecutorSafetyContract {
    @Override
    protected ExecutorBackend openBackend() throws InterruptedException {
        return VirtualEnvExecutorTest.backend("none", ExecutorCapability.DATASETS_IN_ARGUMENTS);
    }
}
