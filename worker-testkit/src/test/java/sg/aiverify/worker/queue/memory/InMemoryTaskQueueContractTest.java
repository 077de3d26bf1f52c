package sg.aiverify.worker.queue.memory;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.testkit.contract.TaskQueueBackend;
import sg.aiverify.worker.testkit.contract.TaskQueueContract;
import sg.aiverify.worker.testkit.stage.TurnedClock;

class InMemoryTaskQueueContractTest extends TaskQueueContract {
    @Override
    protected TaskQueueBackend openBackend() {
        return new InMemoryBackend();
    }

    @Override
    protected Duration look() {
        return Duration.ofMillis(20);
    }

    private static final class InMemoryBackend implements TaskQueueBackend {
        private final TurnedClock clock = new TurnedClock(Instant.EPOCH);
        private final InMemoryTaskQueue queue = new InMemoryTaskQueue(Duration.ofSeconds(60), clock);

        @Override
        public TaskQueue openWorker() {
            return queue.join();
        }

        @Override
        public String submit(String payload) {
            return queue.submit(payload);
        }

        @Override
        public void delete(String id) {
            queue.delete(id);
        }

        @Override
        public void passTime(Duration duration) {
            clock.turn(duration);
        }

        @Override
        public List<String> deadPayloads() {
            return queue.deadLetters().stream()
                    .map(letter -> letter.delivery().payload())
                    .toList();
        }

        @Override
        public void close() {
            queue.close();
        }
    }
}
