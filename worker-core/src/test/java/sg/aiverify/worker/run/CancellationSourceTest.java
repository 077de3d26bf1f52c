package sg.aiverify.worker.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sg.aiverify.worker.failure.RunCancelledException;

@Timeout(30)
class CancellationSourceTest {
    private static final Duration LONG = Duration.ofMinutes(10);

    private final CancellationSource source = new CancellationSource();
    private final List<String> done = new ArrayList<>();

    @Test
    void theFirstReasonHolds() {
        assertThat(source.cancel(CancelReason.LEASE_LOST)).isTrue();
        assertThat(source.cancel(CancelReason.CANCELLED)).isFalse();
        assertThat(source.reason()).contains(CancelReason.LEASE_LOST);
        assertThatThrownBy(source::throwIfCancelled).isInstanceOf(RunCancelledException.class);
    }

    @Test
    void actionsAreDoneOnceAndThoseThatAreClosedNotAtAll() {
        source.onCancel(() -> done.add("kept"));
        try (Cancellation.Registration closed = source.onCancel(() -> done.add("closed"))) {
            assertThat(closed).isNotNull();
        }
        source.cancel(CancelReason.CANCELLED);
        source.cancel(CancelReason.SHUTDOWN);
        source.onCancel(() -> done.add("late"));

        assertThat(done).containsExactly("kept", "late");
    }

    @Test
    void anActionThatFailsKeepsNoOtherFromBeingDone() {
        source.onCancel(() -> {
            throw new IllegalStateException("a bug");
        });
        source.onCancel(() -> done.add("second"));

        assertThat(source.cancel(CancelReason.CANCELLED)).isTrue();

        assertThat(done).containsExactly("second");
    }

    @Test
    void whoSleepsIsWokenByTheCancellation() throws Exception {
        CompletableFuture<Void> sleeper = CompletableFuture.runAsync(() -> source.sleep(LONG));

        source.cancel(CancelReason.SHUTDOWN);

        assertThatThrownBy(() -> sleeper.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(RunCancelledException.class);
    }

    @Test
    void whoWaitsInVainHearsSo() throws InterruptedException {
        source.sleep(Duration.ofMillis(1));
        assertThat(source.reason()).isEmpty();
    }

    @Test
    void anInterruptionEndsTheSleepAndIsKept() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> source.sleep(LONG))
                .isInstanceOf(RunCancelledException.class)
                .hasMessageContaining("interrupted");

        assertThat(Thread.interrupted()).isTrue();
    }
}
