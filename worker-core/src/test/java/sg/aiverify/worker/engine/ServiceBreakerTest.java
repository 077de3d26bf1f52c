package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.CancellationSource;

@Timeout(60)
class ServiceBreakerTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    private static final ServiceUnavailableException GATEWAY =
            new ServiceUnavailableException(ServiceUnavailableException.GATEWAY, "no response", null);
    private static final ServiceUnavailableException DOCKER =
            new ServiceUnavailableException("docker", "no engine", null);

    private final ServiceBreaker breaker = new ServiceBreaker();

    @Test
    void itIsClosedOnlyWhenNoRunWaits() throws InterruptedException {
        assertThat(breaker.awaitClosed(Duration.ZERO)).isTrue();
        ServiceBreaker.Wait first = breaker.opened(GATEWAY);
        ServiceBreaker.Wait second = breaker.opened(GATEWAY);
        ServiceBreaker.Wait third = breaker.opened(DOCKER);
        assertThat(breaker.awaitClosed(Duration.ZERO)).isFalse();
        assertThat(breaker.unavailable())
                .containsExactly(Map.entry("docker", "no engine"), Map.entry("gateway", "no response"));
        breaker.closed(first);
        breaker.closed(third);
        assertThat(breaker.awaitClosed(Duration.ofMillis(1))).isFalse();
        assertThat(breaker.unavailable()).containsOnlyKeys("gateway");
        breaker.closed(second);
        assertThat(breaker.awaitClosed(Duration.ZERO)).isTrue();
        assertThat(breaker.unavailable()).isEmpty();
    }

    @Test
    void aServiceThatFailsRunsIsShownUntilItWorksOrNoRunTriesAndBlocksNoTasks() throws InterruptedException {
        AtomicLong now = new AtomicLong();
        ServiceBreaker clocked = new ServiceBreaker(now::get);
        clocked.fails("gateway", "takes no result");

        assertThat(clocked.unavailable()).containsExactly(Map.entry("gateway", "takes no result"));
        assertThat(clocked.awaitClosed(Duration.ZERO)).isTrue();
        clocked.works("gateway");
        assertThat(clocked.unavailable()).isEmpty();

        clocked.fails("gateway", "takes no result");
        now.addAndGet(Duration.ofMinutes(4).toNanos());
        clocked.fails("gateway", "takes no result");
        now.addAndGet(Duration.ofMinutes(4).toNanos());
        assertThat(clocked.unavailable()).hasSize(1);
        now.addAndGet(Duration.ofMinutes(2).toNanos());
        assertThat(clocked.unavailable()).isEmpty();
    }

    @Test
    void theWaitEndsAsSoonAsTheLastServiceIsAvailable() throws Exception {
        ServiceBreaker.Wait wait = breaker.opened(GATEWAY);
        FutureTask<Boolean> waiting = new FutureTask<>(() -> breaker.awaitClosed(Duration.ofHours(1)));
        Thread thread = new Thread(waiting);
        thread.start();
        await().atMost(BOUND).until(() -> thread.getState() == Thread.State.TIMED_WAITING);

        breaker.closed(wait);

        assertThat(waiting.get(BOUND.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aServiceThatARunReachesWakesTheRunsThatWaitForItAndBlocksNoTasks() throws Exception {
        ServiceBreaker.Wait wait = breaker.opened(GATEWAY);
        FutureTask<Void> pause = pause(wait, new CancellationSource());
        ServiceBreaker.Wait other = breaker.opened(DOCKER);

        breaker.works("gateway");

        pause.get(BOUND.toSeconds(), TimeUnit.SECONDS);
        assertThat(breaker.unavailable()).containsOnlyKeys("docker");
        breaker.closed(other);
        assertThat(breaker.awaitClosed(Duration.ZERO)).isTrue();
        // A run that was woken and fails again blocks tasks again, until it has reached the service.
        ServiceBreaker.Wait again = breaker.opened(GATEWAY);
        breaker.closed(wait);
        assertThat(breaker.awaitClosed(Duration.ZERO)).isFalse();
        breaker.closed(again);
        assertThat(breaker.awaitClosed(Duration.ZERO)).isTrue();
    }

    @Test
    void aServiceThatRespondsButFailsAtSomethingIsStillShown() {
        breaker.fails("gateway", "accepts no results");
        breaker.opened(GATEWAY);

        breaker.reached("gateway");

        assertThat(breaker.unavailable()).containsExactly(Map.entry("gateway", "accepts no results"));
    }

    @Test
    void aRunThatIsStoppedWaitsNoLonger() throws Exception {
        CancellationSource cancellation = new CancellationSource();
        FutureTask<Void> pause = pause(breaker.opened(GATEWAY), cancellation);

        cancellation.cancel(CancelReason.CANCELLED);

        assertThatThrownBy(() -> pause.get(BOUND.toSeconds(), TimeUnit.SECONDS))
                .hasCauseInstanceOf(RunCancelledException.class);
    }

    private FutureTask<Void> pause(ServiceBreaker.Wait wait, CancellationSource cancellation) {
        FutureTask<Void> pause = new FutureTask<>(() -> breaker.pause(wait, Duration.ofHours(1), cancellation), null);
        Thread thread = new Thread(pause);
        thread.start();
        await().atMost(BOUND).until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        return pause;
    }

    @Test
    void aRunWhoseThreadIsInterruptedWaitsNoLonger() {
        CancellationSource run = new CancellationSource();
        ServiceBreaker.Wait wait = breaker.opened(GATEWAY);
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> breaker.pause(wait, BOUND, run)).isInstanceOf(RunCancelledException.class);

        assertThat(Thread.interrupted()).as("the thread stays interrupted").isTrue();
    }
}
