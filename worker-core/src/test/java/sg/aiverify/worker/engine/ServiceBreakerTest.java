package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ServiceBreakerTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    private final ServiceBreaker breaker = new ServiceBreaker();

    @Test
    void itIsClosedOnlyWhenNoRunWaitsAnyMore() throws InterruptedException {
        assertThat(breaker.awaitClosed(Duration.ZERO)).isTrue();
        breaker.opened();
        breaker.opened();
        assertThat(breaker.awaitClosed(Duration.ZERO)).isFalse();
        breaker.closed();
        assertThat(breaker.awaitClosed(Duration.ofMillis(1))).isFalse();
        breaker.closed();
        assertThat(breaker.awaitClosed(Duration.ZERO)).isTrue();
    }

    @Test
    void whoWaitsGoesOnAsSoonAsTheLastServiceIsBack() throws Exception {
        breaker.opened();
        FutureTask<Boolean> waiting = new FutureTask<>(() -> breaker.awaitClosed(Duration.ofHours(1)));
        Thread thread = new Thread(waiting);
        thread.start();
        await().atMost(BOUND).until(() -> thread.getState() == Thread.State.TIMED_WAITING);

        breaker.closed();

        assertThat(waiting.get(BOUND.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
}
