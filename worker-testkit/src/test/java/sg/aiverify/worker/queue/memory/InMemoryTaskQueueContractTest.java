package sg.aiverify.worker.queue.memory;

import java.time.Duration;
import java.time.Instant;
import sg.aiverify.worker.testkit.contract.InMemoryBackend;
import sg.aiverify.worker.testkit.contract.TaskQueueBackend;
import sg.aiverify.worker.testkit.contract.TaskQueueContract;
import sg.aiverify.worker.testkit.stage.TurnedClock;

class InMemoryTaskQueueContractTest extends TaskQueueContract {
    @Override
    protected TaskQueueBackend openBackend() {
        TurnedClock clock = new TurnedClock(Instant.EPOCH);
        return new InMemoryBackend(new InMemoryTaskQueue(Duration.ofSeconds(60), clock), clock::turn);
    }

    @Override
    protected Duration look() {
        return Duration.ofMillis(20);
    }
}
