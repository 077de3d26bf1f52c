package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sg.aiverify.worker.failure.ServiceAwayException;

@Timeout(60)
class ServiceBreakerTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    private static final ServiceAwayException GATEWAY =
            new ServiceAwayException(ServiceAwayException.GATEWAY, "no answer", null);
    private static final ServiceAwayException DOCKER = new ServiceAwayException("docker", "no engine", null);

    private final ServiceBreaker breaker = new ServiceBreaker();

    @Test
    void itIsClosedOnlyWhenNoRunWaitsAnyMore() throws InterruptedException {
        assertThat(breaker.awaitClosed(Duration.ZERO)).isTrue();
        breaker.opened(GATEWAY);
        breaker.opened(GATEWAY);
        breaker.opened(DOCKER);
        assertThat(breaker.awaitClosed(Duration.ZERO)).isFalse();
        assertThat(breaker.away()).containsExactly(Map.entry("docker", "no engine"), Map.entry("gateway", "no answer"));
        breaker.closed(GATEWAY);
        breaker.closed(DOCKER);
        assertThat(breaker.awaitClosed(Duration.ofMillis(1))).isFalse();
        assertThat(breaker.away()).containsOnlyKeys("gateway");
        breaker.closed(GATEWAY);
        assertThat(breaker.awaitClosed(Duration.ZERO)).isTrue();
        assertThat(breaker.away()).isEmpty();
    }

    @Test
    void aServiceThatFailsRunsIsShownUntilItWorksOrNobodyTriesAnyMoreAndKeepsNoTaskOut() throws InterruptedException {
        AtomicLong now = new AtomicLong();
        ServiceBreaker clocked = new ServiceBreaker(now::get);
        clocked.fails("gateway", "takes no result");

        assertThat(clocked.away()).containsExactly(Map.entry("gateway", "takes no result"));
        assertThat(clocked.awaitClosed(Duration.ZERO)).isTrue();
        clocked.works("gateway");
        assertThat(clocked.away()).isEmpty();

        clocked.fails("gateway", "takes no result");
        now.addAndGet(Duration.ofMinutes(4).toNanos());
        clocked.fails("gateway", "takes no result");
        now.addAndGet(Duration.ofMinutes(4).toNanos());
        assertThat(clocked.away()).hasSize(1);
        now.addAndGet(Duration.ofMinutes(2).toNanos());
        assertThat(clocked.away()).isEmpty();
    }

    @Test
    void whoWaitsGoesOnAsSoonAsTheLastServiceIsBack() throws Exception {
        breaker.opened(GATEWAY);
        FutureTask<Boolean> waiting = new FutureTask<>(() -> breaker.awaitClosed(Duration.ofHours(1)));
        Thread thread = new Thread(waiting);
        thread.start();
        await().atMost(BOUND).until(() -> thread.getState() == Thread.State.TIMED_WAITING);

        breaker.closed(GATEWAY);

        assertThat(waiting.get(BOUND.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
}
