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
    private final List<Long> askedAt = new ArrayList<>();
    private final List<Runnable> waiting = new ArrayList<>();
    private final StopSignal stop = new StopSignal();

    private final CancelDetector vanished = new CancelDetector(
            waiting::add,
            new DemandUpload((run, cancellation) -> {
                askedAt.add(now.get());
                Demand answer = demand.get();
                if (answer == null) {
                    throw new ServiceUnavailableException("the gateway is unavailable");
                }
                return answer;
            }),
            Waiting.AS_PLANNED,
            now::get);

    private void lookEverySecondFor(int seconds) {
        for (int i = 0; i < seconds; i++) {
            vanished.check(DemandUpload.DELIVERY, stop);
            List.copyOf(waiting).forEach(Runnable::run);
            waiting.clear();
            now.addAndGet(TimeUnit.SECONDS.toNanos(1));
        }
    }

    @Test
    void aRunThatIsCancelledIsStoppedAtTheFirstLook() {
        demand.set(Demand.NOT_NEEDED);

        lookEverySecondFor(1);

        assertThat(stop.phase().reason()).contains(CancelReason.CANCELLED);
    }

    @Test
    void aRunThatIsFinishedAndOneThatIsUnknownSaySo() {
        for (String why : List.of("already finished", "unknown at the gateway")) {
            StopSignal each = new StopSignal();
            try (CapturedLog log = new CapturedLog(Level.INFO)) {
                new CancelDetector(
                                Runnable::run,
                                new DemandUpload((run, cancellation) -> Demand.over(why)),
                                Waiting.AS_PLANNED,
                                now::get)
                        .check(DemandUpload.DELIVERY, each);

                assertThat(log.texts(Level.INFO)).containsExactly("Its queue entry was removed, stopping the run");
            }
            assertThat(each.notNeeded()).contains(why); // for the line of its end
            assertThat(each.phase().reason()).contains(CancelReason.CANCELLED);
        }
    }

    @Test
    void aCancelThatIsNotCommittedYetIsAskedForAgainSoon() {
        lookEverySecondFor(1);
        demand.set(Demand.NOT_NEEDED);

        lookEverySecondFor(2);

        assertThat(stop.phase().reason()).contains(CancelReason.CANCELLED);
    }

    @Test
    void aRunThatGoesOnWithoutItsEntryIsAskedAboutAFewTimesAMinute() {
        lookEverySecondFor(60);
        assertThat(askedAt).hasSizeBetween(4, 7);

        askedAt.clear();
        lookEverySecondFor(3600);
        assertThat(askedAt).hasSizeBetween(110, 120);
        assertThat(stop.phase().reason()).isEmpty();
    }

    @Test
    void oneQuestionAtATimeIsAskedAboutARun() {
        vanished.check(DemandUpload.DELIVERY, stop);
        now.addAndGet(TimeUnit.HOURS.toNanos(1));
        vanished.check(DemandUpload.DELIVERY, stop);

        assertThat(waiting).hasSize(1);
    }

    @Test
    void whatWasAskedAboutARunIsForgottenOnceItIsOver() {
        lookEverySecondFor(1);
        vanished.keepOnly(List.of(stop));
        now.addAndGet(-1);
        lookEverySecondFor(1);
        assertThat(askedAt).as("not yet again").hasSize(1);

        vanished.keepOnly(List.of());
        now.addAndGet(-TimeUnit.SECONDS.toNanos(1));
        lookEverySecondFor(1);

        assertThat(askedAt).hasSize(2);
    }

    @Test
    void aGatewayThatIsUnavailableStopsNoRun() {
        demand.set(null);

        lookEverySecondFor(10);

        assertThat(askedAt).hasSizeGreaterThan(2);
        assertThat(stop.phase().reason()).isEmpty();
    }

    @Test
    void aDefectWhileAskingStopsNoRunAndItIsAskedAboutAgain() {
        AtomicInteger asked = new AtomicInteger();
        CancelDetector broken = new CancelDetector(
                Runnable::run,
                new DemandUpload((run, cancellation) -> {
                    asked.incrementAndGet();
                    throw new IllegalStateException("a bug in the module");
                }),
                Waiting.AS_PLANNED,
                now::get);

        broken.check(DemandUpload.DELIVERY, stop);
        now.addAndGet(TimeUnit.HOURS.toNanos(1));
        broken.check(DemandUpload.DELIVERY, stop);

        assertThat(asked).hasValue(2);
        assertThat(stop.phase().reason()).isEmpty();
    }

    @Test
    void whoIsInterruptedWhileAskingStopsNoRunAndStaysInterrupted() {
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
    void aWorkerThatIsClosingAsksNoMore() {
        List<Runnable> asked = new ArrayList<>();
        boolean[] closing = {true};
        CancelDetector vanishing = new CancelDetector(
                work -> {
                    if (closing[0]) {
                        throw new RejectedExecutionException("closing");
                    }
                    asked.add(work);
                },
                new DemandUpload((run, cancellation) -> Demand.NEEDED),
                Waiting.AS_PLANNED,
                now::get);

        vanishing.check(DemandUpload.DELIVERY, stop);
        closing[0] = false;
        now.addAndGet(TimeUnit.HOURS.toNanos(1));
        vanishing.check(DemandUpload.DELIVERY, stop);
        vanishing.check(DemandUpload.DELIVERY, stop);

        assertThat(asked).as("one request at a time").hasSize(1);
    }
}
