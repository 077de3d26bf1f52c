package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.LeaseState;
import sg.aiverify.worker.queue.ReportRight;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.CancellationSource;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.stage.Demand;

/** Tests the request of the right to report, and the responses. */
class ReportRightTest {
    private static final Delivery DELIVERY = DemandUpload.DELIVERY;
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final Duration LONG = Duration.ofHours(1);

    private final StopSignal stop = new StopSignal();
    private final RunsInProgress runs = new RunsInProgress();
    private final Deque<Duration> leases = new ArrayDeque<>();
    private LeaseState found = LeaseState.LOST;
    private final AtomicInteger requests = new AtomicInteger();

    private ReportRightCheck right(ReportRight response, Runnable onRequest, Duration... lengths) {
        leases.addAll(List.of(lengths));
        return new LeasedReportRight(queue(response, onRequest), DELIVERY, "run", stop);
    }

    private TaskQueue queue(ReportRight response, Runnable onRequest) {
        return (TaskQueue) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {TaskQueue.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "lease":
                            return leases.remove();
                        case "acquireReportRight":
                            requests.incrementAndGet();
                            onRequest.run();
                            return response;
                        case "extend":
                            return Map.of(DELIVERY, found);
                        default:
                            throw new AssertionError(method);
                    }
                });
    }

    private LeaseKeeper keeper() {
        TaskQueue queue = queue(ReportRight.HELD, () -> {});
        return new LeaseKeeper(
                queue,
                runs,
                new CancelDetector(
                        Runnable::run,
                        new DemandUpload((run, cancellation) -> {
                            requests.incrementAndGet();
                            return Demand.NEEDED;
                        }),
                        Waiting.AS_PLANNED),
                new QueueHealth(queue).leases());
    }

    @Test
    void aResponseOlderThanHalfALeaseIsRequestedAgain() {
        assertThat(right(ReportRight.HELD, () -> {}, Duration.ZERO, Duration.ZERO, LONG)
                        .acquire())
                .isEqualTo(ReportRight.HELD);

        assertThat(requests).hasValue(3);
    }

    @Test
    void leasesAreExtendedThreeTimesWithinOneAndCancelsAreCheckedEveryTwoSeconds() {
        leases.addAll(List.of(Duration.ofSeconds(3), Duration.ofSeconds(60)));
        LeaseKeeper keeper = keeper();

        assertThat(keeper.interval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(keeper.interval()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void aRunThatIsStoppedDuringItsRequestSendsNoMore() {
        ReportRightCheck right =
                right(ReportRight.HELD, () -> stop.stop(CancelReason.SHUTDOWN), Duration.ZERO, Duration.ZERO);

        assertThatThrownBy(right::acquire).isInstanceOf(RunCancelledException.class);

        assertThat(requests).hasValue(1);
    }

    @Test
    void aLostLeaseStopsTheRun() {
        assertThatThrownBy(right(ReportRight.LOST, () -> {}, LONG)::acquire)
                .isInstanceOf(RunCancelledException.class)
                .hasMessageContaining("1-0");

        assertThat(stop.phase().reason()).contains(CancelReason.LEASE_LOST);
    }

    @Test
    void aLostLeaseStopsARunInProgressButNotAnEndedOne() {
        StopSignal ended = new StopSignal();
        ended.begin();
        ended.end();
        for (StopSignal each : List.of(stop, ended)) {
            LeaseKeeper keeper = keeper();
            runs.add(DELIVERY, each);
            keeper.run();
        }

        assertThat(stop.phase().reason()).contains(CancelReason.LEASE_LOST);
        assertThat(ended.phase().reason()).isEmpty();
    }

    @Test
    void theWaitForNoRunInProgressEndsWhenTheLastOneIsRemoved() throws Exception {
        runs.add(DELIVERY, stop);
        assertThat(runs.awaitNone(Duration.ZERO)).isFalse();
        FutureTask<Boolean> none = new FutureTask<>(() -> runs.awaitNone(LONG));
        Thread waiting = new Thread(none);
        waiting.start();
        await().atMost(BOUND).until(() -> waiting.getState() == Thread.State.TIMED_WAITING);

        stop.end();
        runs.remove(DELIVERY);

        assertThat(none.get(BOUND.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void theStatusOfARedeliveryIsRequestedAtOnce() {
        found = LeaseState.DELETED;
        LeaseKeeper keeper = keeper();
        for (int i = 1; i <= 2; i++) {
            StopSignal next = new StopSignal();
            runs.add(DELIVERY, next);
            keeper.run();
            assertThat(requests).hasValue(i);
            keeper.run();
            assertThat(requests).as("not yet again").hasValue(i);
            next.end();
            runs.remove(DELIVERY);
        }
    }

    @Test
    void eachStepOfReportingAnErrorIsRefusedWhileAnotherDeliveryMayBeReporting() {
        CancellationSource phase = new CancellationSource();
        ReportRightCancellation ours = new ReportRightCancellation(phase, () -> ReportRight.HELD);
        ReportRightCancellation taken = new ReportRightCancellation(phase, () -> ReportRight.HELD_ELSEWHERE);

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
    void aRunMayReportOnlyWithTheRightAndKnowsWhetherItIsNew() {
        assertThat(of(ReportRight.HELD).require()).isTrue();
        assertThat(of(ReportRight.ACQUIRED).require()).isFalse();
        for (ReportRight other : List.of(ReportRight.HELD_ELSEWHERE, ReportRight.LOST)) {
            assertThatThrownBy(of(other)::require)
                    .isExactlyInstanceOf(InfrastructureException.class)
                    .hasMessage("Another delivery of the test run is about to report");
        }
    }

    private static ReportRightCheck of(ReportRight right) {
        return () -> right;
    }
}
