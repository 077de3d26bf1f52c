package sg.aiverify.worker.pipelines.venv;

import java.util.Map;
import sg.aiverify.worker.testkit.contract.ExecutorBackend;
import sg.aiverify.worker.testkit.contract.ExecutorCapability;
import sg.aiverify.worker.testkit.contract.ExecutorContract;
import sg.aiverify.worker.testkit.machine.Needs;
import sg.aiverify.worker.testkit.python.EngineInterpreter;

/** The contract in the sandbox that this machine offers. */
class VirtualEnvExecutorTest extends ExecutorContract {
    @Override
    protected ExecutorBackend openBackend() throws InterruptedException {
        Needs.sandbox("landlock", "bubblewrap");
        return backend("auto", ExecutorCapability.DATASETS_IN_ARGUMENTS, ExecutorCapability.INPUTS_ARE_READ_ONLY);
    }

    static ExecutorBackend backend(String sandbox, ExecutorCapability... capabilities) throws InterruptedException {
        return ExecutorBackend.of(
                new VirtualEnvBuildProvider(),
                new VirtualEnvExecuteProvider(),
                Map.of("PYTHON", EngineInterpreter.get().executable().toString(), "TEWORKER_SANDBOX", sandbox),
                capabilities);
    }
}
