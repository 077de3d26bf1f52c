package sg.aiverify.worker.pipelines.venv;

import org.junit.jupiter.api.Tag;
import sg.aiverify.worker.testkit.contract.ExecutorBackend;
import sg.aiverify.worker.testkit.contract.ExecutorCapability;
import sg.aiverify.worker.testkit.contract.ExecutorSafetyContract;

/** The part of the contract that depends on the sandbox, under Landlock without namespaces. */
@Tag("slow")
class LandlockAloneExecutorTest extends ExecutorSafetyContract {
    @Override
    protected ExecutorBackend openBackend() throws InterruptedException {
        return VirtualEnvExecutorTest.backend(
                "landlock-alone", ExecutorCapability.DATASETS_IN_ARGUMENTS, ExecutorCapability.INPUTS_ARE_READ_ONLY);
    }
}
