package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ProgressRelayTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final List<Integer> passed = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    private ProgressRelay relay(Duration interval) {
        return new ProgressRelay(timer, () -> interval, passed::add);
    }

    /** Waits until the timer has run all tasks that are due, and the tasks that they add. */
    private void settle() throws Exception {
        for (int i = 0; i < 3; i++) {
            timer.schedule(() -> {}, 1, TimeUnit.MILLISECONDS).get();
        }
    }

    private void pass(ProgressRelay relay, int percent) throws Exception {
        relay.progress(percent);
        settle();
    }

    @Test
    void onlyRisingValuesUpToAHundredArePassedOn() throws Exception {
        try (ProgressRelay relay = relay(Duration.ZERO)) {
            for (int percent : new int[] {0, 10, 5, -3, 40, 40, 101, 39, 100, 99}) {
                pass(relay, percent);
            }
        }

        assertThat(passed).containsExactly(10, 40, 100);
    }

    @Test
    void theProgressOfAnEarlierAttemptIsNotReportedAgain() throws Exception {
        try (ProgressRelay relay = relay(Duration.ZERO)) {
            relay.from(40);
            pass(relay, 40);
            pass(relay, 41);
        }

        assertThat(passed).containsExactly(41);
    }

    @Test
    void onlyTheLastOfManyPendingValuesIsPassedOn() throws Exception {
        try (ProgressRelay relay = relay(Duration.ofMillis(200))) {
            CountDownLatch held = new CountDownLatch(1);
            timer.execute(() -> {
                try {
                    held.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            for (int percent = 1; percent <= 50; percent++) {
                relay.progress(percent);
            }
            held.countDown();
            await().atMost(BOUND).until(() -> passed.contains(50));
        }

        assertThat(passed).containsExactly(50);
    }

    @Test
    void aHigherValueIsPassedOnAfterTheInterval() {
        AtomicReference<ProgressRelay> risen = new AtomicReference<>();
        Supplier<Duration> interval = () -> {
            // The first value was forwarded, and the interval begins.
            risen.get().progress(20);
            risen.get().progress(30);
            return Duration.ofMillis(1);
        };
        try (ProgressRelay relay = new ProgressRelay(timer, interval, passed::add)) {
            risen.set(relay);
            relay.progress(10);
            await().atMost(BOUND).until(() -> passed.contains(30));
        }

        assertThat(passed).containsExactly(10, 30);
    }

    @Test
    void aPendingValueIsNotPassedOnAtTheEnd() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        ProgressRelay relay = relay(Duration.ZERO);
        Future<Boolean> holding = timer.submit(() -> held.await(20, TimeUnit.SECONDS));
        relay.progress(10);

        relay.close();

        held.countDown();
        assertThat(holding.get()).isTrue();
        settle();
        assertThat(passed).isEmpty();
    }

    @Test
    void nothingIsPassedOnAfterTheEnd() throws Exception {
        ProgressRelay relay = relay(Duration.ZERO);
        pass(relay, 10);
        relay.close();

        pass(relay, 20);

        assertThat(passed).containsExactly(10);
    }
}
