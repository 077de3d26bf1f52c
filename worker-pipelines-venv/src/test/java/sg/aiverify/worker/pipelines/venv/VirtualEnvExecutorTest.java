package sg.aiverify.worker.pipelines.venv;

import java.util.Map;
import sg.aiverify.worker.testkit.contract.ExecutorBackend;
import sg.aiverify.worker.testkit.contract.ExecutorCapability;
import sg.aiverify.worker.testkit.contract.ExecutorContract;
import sg.aiverify.worker.testkit.python.EngineInterpreter;

class VirtualEnvExecutorTest extends ExecutorContract {
    @Override
    protected ExecutorBackend openBackend() throws InterruptedException {
        return ExecutorBackend.of(
                new VirtualEnvProvider(),
                new VirtualEnvExecuteProvider(),
                Map.of("PYTHON", EngineInterpreter.get().executable().toString()),
                ExecutorCapability.DATASETS_IN_ARGUMENTS);
    }
}
