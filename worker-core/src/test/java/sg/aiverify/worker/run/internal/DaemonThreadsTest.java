package sg.aiverify.worker.run.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DaemonThreadsTest {
    @Test
    void aDeadlineThatIsCancelledTakesNoMemoryUntilItsTime() {
        ScheduledThreadPoolExecutor timer = DaemonThreads.timer("timer", 1);
        try {
            ScheduledFuture<?> deadline = timer.schedule(() -> {}, 1, TimeUnit.DAYS);
            assertThat(timer.getQueue()).hasSize(1);

            deadline.cancel(false);

            assertThat(timer.getQueue()).isEmpty();
        } finally {
            timer.shutdownNow();
        }
    }
}
