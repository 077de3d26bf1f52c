package sg.aiverify.worker.queue.memory;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.testkit.contract.TaskQueueBackend;
import sg.aiverify.worker.testkit.contract.TaskQueueContract;

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
        private final HandTurnedClock clock = new HandTurnedClock();
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
            clock.now.updateAndGet(now -> now.plus(duration));
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

    private static final class HandTurnedClock extends Clock {
        private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now.get();
        }
    }
}
