package sg.aiverify.worker.testkit.contract;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.queue.memory.InMemoryTaskQueue;

class TaskQueueSuiteTest {
    @Test
    void aLeaseThatWouldRunOutWhileTheSuiteLooksIsRefused() throws InterruptedException {
        RealTime suite = new RealTime();
        try {
            assertThatThrownBy(suite::open)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("the lease, which must be longer than three times look(), PT0.7S");
        } finally {
            suite.close();
        }
    }

    /** Not run by itself: a queue whose clock nobody can turn. */
    private static final class RealTime extends TaskQueueContract {
        private final InMemoryTaskQueue queue = new InMemoryTaskQueue(Duration.ofSeconds(2));

        @Override
        protected TaskQueueBackend openBackend() {
            return new TaskQueueBackend() {
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
                    throw new UnsupportedOperationException("no test gets here");
                }

                @Override
                public List<String> deadPayloads() {
                    return List.of();
                }

                @Override
                public void close() {
                    queue.close();
                }
            };
        }
    }
}
