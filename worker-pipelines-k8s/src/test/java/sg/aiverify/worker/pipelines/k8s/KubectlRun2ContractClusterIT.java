package sg.aiverify.worker.pipelines.k8s;

import sg.aiverify.worker.testkit.contract.ExecutorBackend;
import sg.aiverify.worker.testkit.contract.ExecutorContract;

class KubectlRun2ContractClusterIT extends ExecutorContract {
    @Override
    protected ExecutorBackend openBackend() {
        return new ClusterBackend(new ClusterVolume());
    }
}
