package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.CapturedLog;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.stage.Demand;

class CancelDetectorTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    private final AtomicReference<Demand> demand = new AtomicReference<>(Demand.NEEDED);
    private final List<Long> requestedAt = new ArrayList<>();
    private final List<Runnable> waiting = new ArrayList<>();
    private final StopSignal stop = new StopSignal();

    private final CancelDetector vanished = new CancelDetector(
            waiting::add,
            new DemandUpload((run, cancellation) -> {
                requestedAt.add(now.get());
                Demand response = demand.get();
                if (response == null) {
                    throw new ServiceUnavailableException("the gateway is unavailable");
                }
                return response;
            }),
            Waiting.AS_PLANNED,
            now::get);

    private void checkEverySecondFor(int seconds) {
        for (int i = 0; i < seconds; i++) {
            vanished.check(DemandUpload.DELIVERY, stop);
            List.copyOf(waiting).forEach(Runnable::run);
            waiting.clear();
            now.addAndGet(TimeUnit.SECONDS.toNanos(1));
        }
    }

    @Test
    void aCancelledRunIsStoppedAtTheFirstCheck() {
        demand.set(Demand.NOT_NEEDED);

        checkEverySecondFor(1);

        assertThat(stop.phase().reason()).contains(CancelReason.CANCELLED);
    }

    @Test
    void aFinishedRunAndAnUnknownRunAreDistinguished() {
        for (String why : List.of("already finished", "unknown at the gateway")) {
            StopSignal each = new StopSignal();
            try (CapturedLog log = new CapturedLog(Level.INFO)) {
                new CancelDetector(
                                Runnable::run,
                                new DemandUpload((run, cancellation) -> Demand.over(why)),
                                Waiting.AS_PLANNED,
                                now::get)
                        .check(DemandUpload.DELIVERY, each);

                assertThat(log.texts(Level.INFO))
                        .containsExactly("Stopping the run, because its queue entry was removed");
            }
            assertThat(each.notNeeded()).contains(why); // for the line of its end
            assertThat(each.phase().reason()).contains(CancelReason.CANCELLED);
        }
    }

    @Test
    void aCancelThatIsNotCommittedYetIsFoundByTheNextRequest() {
        checkEverySecondFor(1);
        demand.set(Demand.NOT_NEEDED);

        checkEverySecondFor(2);

        assertThat(stop.phase().reason()).contains(CancelReason.CANCELLED);
    }

    @Test
    void theStatusOfARunThatContinuesWithoutItsEntryIsRequestedAFewTimesAMinute() {
        checkEverySecondFor(60);
        assertThat(requestedAt).hasSizeBetween(4, 7);

        requestedAt.clear();
        checkEverySecondFor(3600);
        assertThat(requestedAt).hasSizeBetween(110, 120);
        assertThat(stop.phase().reason()).isEmpty();
    }

    @Test
    void aRunHasOneStatusRequestAtATime() {
        vanished.check(DemandUpload.DELIVERY, stop);
        now.addAndGet(TimeUnit.HOURS.toNanos(1));
        vanished.check(DemandUpload.DELIVERY, stop);

        assertThat(waiting).hasSize(1);
    }

    @Test
    void theStatusRequestsOfARunAreForgottenWhenItEnds() {
        checkEverySecondFor(1);
        vanished.keepOnly(List.of(stop));
        now.addAndGet(-1);
        checkEverySecondFor(1);
        assertThat(requestedAt).as("not yet again").hasSize(1);

        vanished.keepOnly(List.of());
        now.addAndGet(-TimeUnit.SECONDS.toNanos(1));
        checkEverySecondFor(1);

        assertThat(requestedAt).hasSize(2);
    }

    @Test
    void aGatewayThatIsUnavailableStopsNoRun() {
        demand.set(null);

        checkEverySecondFor(10);

        assertThat(requestedAt).hasSizeGreaterThan(2);
        assertThat(stop.phase().reason()).isEmpty();
    }

    @Test
    void aDefectDuringAStatusRequestStopsNoRunAndTheRequestIsRepeated() {
        AtomicInteger requests = new AtomicInteger();
        CancelDetector broken = new CancelDetector(
                Runnable::run,
                new DemandUpload((run, cancellation) -> {
                    requests.incrementAndGet();
                    throw new IllegalStateException("a bug in the module");
                }),
                Waiting.AS_PLANNED,
                now::get);

        broken.check(DemandUpload.DELIVERY, stop);
        now.addAndGet(TimeUnit.HOURS.toNanos(1));
        broken.check(DemandUpload.DELIVERY, stop);

        assertThat(requests).hasValue(2);
        assertThat(stop.phase().reason()).isEmpty();
    }

    @Test
    void anInterruptedStatusRequestStopsNoRunAndTheThreadStaysInterrupted() {
        CancelDetector interrupted = new CancelDetector(
                Runnable::run,
                new DemandUpload((run, cancellation) -> {
                    throw new InterruptedException();
                }),
                Waiting.AS_PLANNED,
                now::get);

        interrupted.check(DemandUpload.DELIVERY, stop);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(stop.phase().reason()).isEmpty();
    }

    @Test
    void aClosingWorkerSendsNoStatusRequest() {
        List<Runnable> requests = new ArrayList<>();
        boolean[] closing = {true};
        CancelDetector vanishing = new CancelDetector(
                work -> {
                    if (closing[0]) {
                        throw new RejectedExecutionException("closing");
                    }
                    requests.add(work);
                },
                new DemandUpload((run, cancellation) -> Demand.NEEDED),
                Waiting.AS_PLANNED,
                now::get);

        vanishing.check(DemandUpload.DELIVERY, stop);
        closing[0] = false;
        now.addAndGet(TimeUnit.HOURS.toNanos(1));
        vanishing.check(DemandUpload.DELIVERY, stop);
        vanishing.check(DemandUpload.DELIVERY, stop);

        assertThat(requests).as("one request at a time").hasSize(1);
    }
}
