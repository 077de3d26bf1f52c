package sg.aiverify.worker.testkit.contract;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.queue.memory.InMemoryTaskQueue;

/**
 * The queue in memory, for its contract and for the suite's own tests.
 *
 * @param queue the queue
 * @param clock lets time pass for the queue
 */
public record InMemoryBackend(InMemoryTaskQueue queue, Consumer<Duration> clock) implements TaskQueueBackend {
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
        clock.accept(duration);
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
