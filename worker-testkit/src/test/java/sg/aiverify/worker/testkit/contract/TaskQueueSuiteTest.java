package sg.aiverify.worker.testkit.contract;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.queue.memory.InMemoryTaskQueue;

class TaskQueueSuiteTest {
    @Test
    void aLeaseThatWouldRunOutWhileTheSuiteLooksIsRefused() throws InterruptedException {
        assertRefused(
                new RealTime(Duration.ofMillis(700), Duration.ofSeconds(2)),
                "the lease, which must be longer than three times look(), PT0.7S");
    }

    @Test
    void aLeaseThatABusyMachineOutlastsIsRefusedHoweverQuicklyTheQueueLooks() throws InterruptedException {
        assertRefused(
                new RealTime(Duration.ofMillis(20), Duration.ofMillis(500)), "the lease, which must be at least 2 s");
    }

    private static void assertRefused(RealTime suite, String why) throws InterruptedException {
        try {
            assertThatThrownBy(suite::open).isInstanceOf(AssertionError.class).hasMessageContaining(why);
        } finally {
            suite.close();
        }
    }

    /** A queue with a clock that cannot be turned. Run only by the tests above. */
    private static final class RealTime extends TaskQueueContract {
        private final InMemoryTaskQueue queue;
        private final Duration look;

        RealTime(Duration look, Duration lease) {
            this.look = look;
            this.queue = new InMemoryTaskQueue(lease);
        }

        @Override
        protected Duration look() {
            return look;
        }

        @Override
        protected TaskQueueBackend openBackend() {
            return new InMemoryBackend(queue, duration -> {
                throw new UnsupportedOperationException("no test gets here");
            });
        }
    }
}
