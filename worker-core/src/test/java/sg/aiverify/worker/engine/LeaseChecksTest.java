package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.ScriptedPipeline;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.pipeline.Demand;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.LeaseState;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.queue.VerdictClaim;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.CancellationSource;
import sg.aiverify.worker.run.Waiting;

/** What is asked right before a verdict, and what the answers mean. */
class LeaseChecksTest {
    private static final Delivery DELIVERY = new Delivery("1-0", 1, "{}");
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final Duration LONG = Duration.ofHours(1);

    @TempDir
    Path directory;

    private final Flight flight = new Flight();
    private final Deque<Duration> leases = new ArrayDeque<>();
    private LeaseState found = LeaseState.LOST;
    private final AtomicInteger asked = new AtomicInteger();

    private LeaseCheck check(VerdictClaim answer, Runnable onAsked, Duration... lengths) {
        leases.addAll(List.of(lengths));
        return keeper(answer, onAsked).check(DELIVERY, "run", flight);
    }

    private LeaseKeeper keeper(VerdictClaim answer, Runnable onAsked) {
        TaskQueue queue = (TaskQueue) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {TaskQueue.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "lease":
                            return leases.remove();
                        case "claim":
                            asked.incrementAndGet();
                            onAsked.run();
                            return answer;
                        case "extend":
                            return Map.of(DELIVERY, found);
                        default:
                            throw new AssertionError(method);
                    }
                });
        return new LeaseKeeper(
                queue,
                new VanishedRuns(
                        Runnable::run,
                        (delivery, cancellation) -> {
                            asked.incrementAndGet();
                            return Demand.WANTED;
                        },
                        Waiting.AS_PLANNED),
                new QueueContact(queue).leases());
    }

    @Test
    void anAnswerThatIsOlderThanHalfALeaseIsAskedForAgain() {
        assertThat(check(VerdictClaim.KEPT, () -> {}, Duration.ZERO, Duration.ZERO, LONG)
                        .confirm())
                .isEqualTo(VerdictClaim.KEPT);

        assertThat(asked).hasValue(3);
    }

    @Test
    void leasesAreExtendedThreeTimesWithinOneAndACancelIsLookedForEveryTwoSeconds() {
        leases.addAll(List.of(Duration.ofSeconds(3), Duration.ofSeconds(60)));
        LeaseKeeper keeper = keeper(VerdictClaim.KEPT, () -> {});

        assertThat(keeper.interval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(keeper.interval()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void whoIsStoppedWhileAskingAsksNoMore() {
        LeaseCheck check =
                check(VerdictClaim.KEPT, () -> flight.stop(CancelReason.SHUTDOWN), Duration.ZERO, Duration.ZERO);

        assertThatThrownBy(check::confirm).isInstanceOf(RunCancelledException.class);

        assertThat(asked).hasValue(1);
    }

    @Test
    void aLostLeaseStopsTheRun() {
        assertThatThrownBy(check(VerdictClaim.LOST, () -> {}, LONG)::confirm)
                .isInstanceOf(RunCancelledException.class)
                .hasMessageContaining("1-0");

        assertThat(flight.phase().reason()).contains(CancelReason.LEASE_LOST);
    }

    @Test
    void aLeaseThatIsFoundLostStopsARunThatGoesOnAndNoneThatHasEnded() {
        Flight ended = new Flight();
        ended.takeOff();
        ended.land();
        for (Flight each : List.of(flight, ended)) {
            LeaseKeeper keeper = keeper(VerdictClaim.KEPT, () -> {});
            keeper.add(DELIVERY, each);
            keeper.run();
        }

        assertThat(flight.phase().reason()).contains(CancelReason.LEASE_LOST);
        assertThat(ended.phase().reason()).isEmpty();
    }

    @Test
    void whoWaitsUntilNothingIsInFlightGoesOnWhenTheLastOneIsRemoved() throws Exception {
        LeaseKeeper keeper = keeper(VerdictClaim.KEPT, () -> {});
        keeper.add(DELIVERY, flight);
        assertThat(keeper.awaitNone(Duration.ZERO)).isFalse();
        FutureTask<Boolean> none = new FutureTask<>(() -> keeper.awaitNone(LONG));
        Thread waiting = new Thread(none);
        waiting.start();
        await().atMost(BOUND).until(() -> waiting.getState() == Thread.State.TIMED_WAITING);

        flight.land();
        keeper.remove(DELIVERY);

        assertThat(none.get(BOUND.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aDeliveryThatIsRemovedIsForgottenAndAskedAboutAtOnceShouldItComeAgain() {
        found = LeaseState.DELETED;
        LeaseKeeper keeper = keeper(VerdictClaim.KEPT, () -> {});
        for (int i = 1; i <= 2; i++) {
            Flight next = new Flight();
            keeper.add(DELIVERY, next);
            keeper.run();
            assertThat(asked).hasValue(i);
            keeper.run();
            assertThat(asked).as("not yet again").hasValue(i);
            next.land();
            keeper.remove(DELIVERY);
        }
    }

    @Test
    void eachStepOfTellingAnErrorIsRefusedWhileAnotherDeliveryMayBeTelling() {
        CancellationSource phase = new CancellationSource();
        WhileOurs ours = new WhileOurs(phase, () -> VerdictClaim.KEPT);
        WhileOurs taken = new WhileOurs(phase, () -> VerdictClaim.TAKEN);

        ours.throwIfCancelled();
        assertThatThrownBy(taken::throwIfCancelled)
                .isExactlyInstanceOf(InfrastructureException.class)
                .hasMessage("Another delivery of the test run is about to report");
        assertThat(ours.reason()).isEmpty();
        List<String> heard = new ArrayList<>();
        ours.onCancel(() -> heard.add("stopped"));
        ours.sleep(Duration.ofMillis(1));
        phase.cancel(CancelReason.CANCELLED);
        assertThat(heard).containsExactly("stopped");
        assertThatThrownBy(() -> ours.sleep(LONG)).isInstanceOf(RunCancelledException.class);
        assertThat(ours.reason()).contains(CancelReason.CANCELLED);
        assertThatThrownBy(ours::throwIfCancelled).isInstanceOf(RunCancelledException.class);
    }

    @Test
    void aRunMayReportOnlyWithTheClaimAndHearsWhetherItIsNew() throws Exception {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        try {
            assertThat(confirm(VerdictClaim.KEPT, timer)).isTrue();
            assertThat(confirm(VerdictClaim.GAINED, timer)).isFalse();
            for (VerdictClaim other : List.of(VerdictClaim.TAKEN, VerdictClaim.LOST)) {
                assertThatThrownBy(() -> confirm(other, timer))
                        .isExactlyInstanceOf(InfrastructureException.class)
                        .hasMessage("Another delivery of the test run is about to report");
            }
        } finally {
            timer.shutdownNow();
        }
    }

    private boolean confirm(VerdictClaim claim, ScheduledExecutorService timer) {
        try (RunScope run = new RunScope(
                new ScriptedPipeline().task("{}"),
                1,
                directory.resolve("run"),
                new CancellationSource(),
                new ProgressRelay(timer, () -> LONG, percent -> {}),
                note -> {},
                () -> claim,
                new ServiceBreaker())) {
            return run.confirm();
        }
    }
}
