package sg.aiverify.worker.pipelines.venv;

import org.junit.jupiter.api.Tag;
import sg.aiverify.worker.testkit.contract.ExecutorBackend;
import sg.aiverify.worker.testkit.contract.ExecutorCapability;
import sg.aiverify.worker.testkit.contract.ExecutorSafetyContract;
import sg.aiverify.worker.testkit.machine.Needs;

/** The part of the contract that depends on the sandbox, in bubblewrap. */
@Tag("slow")
class BubblewrapExecutorTest extends ExecutorSafetyContract {
    @Override
    protected ExecutorBackend openBackend() throws InterruptedException {
        Needs.sandbox("bubblewrap");
        return VirtualEnvExecutorTest.backend(
                "bubblewrap", ExecutorCapability.DATASETS_IN_ARGUMENTS, ExecutorCapability.INPUTS_ARE_READ_ONLY);
    }
}
