package sg.aiverify.worker.queue.valkey.internal;

import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import sg.aiverify.worker.testkit.contract.TaskQueueBackend;
import sg.aiverify.worker.testkit.contract.TaskQueueContract;
import sg.aiverify.worker.testkit.valkey.EmbeddedValkey;

/** Tests the contract on the installed server, if there is one. */
class ValkeyTaskQueueContractTest extends TaskQueueContract {
    private static EmbeddedValkey server;

    @BeforeAll
    static void startServer() {
        server = EmbeddedValkey.start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Override
    protected Duration look() {
        return ValkeyBackend.LOOK;
    }

    @Override
    protected TaskQueueBackend openBackend() {
        return new ValkeyBackend(server);
    }
}
