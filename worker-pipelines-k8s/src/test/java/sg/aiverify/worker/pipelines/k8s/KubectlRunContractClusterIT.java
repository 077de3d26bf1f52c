package sg.aiverify.worker.pipelines.k8s;

import sg.aiverify.worker.testkit.contract.ExecutorBackend;
import sg.aiverify.worker.testkit.contract.ExecutorContract;

class KubectlRunContractClusterIT extends ExecutorContract {
    @Override
    protected ExecutorBackend openBackend() {
        return new ClusterBackend(new KubectlRunProvider());
    }
}
