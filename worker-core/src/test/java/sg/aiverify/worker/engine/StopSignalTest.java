package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.stage.Demand;

class StopSignalTest {
    @Test
    void aRunThatEndsItsWorkBeforeItIsInterruptedReportsItsErrorUninterrupted() {
        StopSignal stop = new StopSignal();
        stop.begin();
        // The cancel actions may take long, so the run may notice the limit before it is interrupted.
        stop.phase().onCancel(stop::beginReport);

        stop.stop(CancelReason.TIMED_OUT);

        assertThat(Thread.interrupted()).isFalse();
        assertThat(stop.phase().isCancelled()).isFalse();
    }

    @Test
    void aRunInProgressIsInterruptedWhenItIsStopped() {
        StopSignal stop = new StopSignal();
        stop.begin();

        stop.stop(CancelReason.SHUTDOWN);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(stop.isOver()).isTrue();
    }

    @Test
    void everyReasonExceptAFinishedRunCountsAsACancel() {
        for (Demand demand :
                List.of(Demand.CANCELLED, Demand.NOT_NEEDED, Demand.UNKNOWN, Demand.NEEDED, Demand.over("finished"))) {
            StopSignal stop = new StopSignal();

            stop.stopNotNeeded(demand);
            stop.stopNotNeeded(Demand.CANCELLED);

            boolean over = demand.state() == Demand.State.OVER;
            assertThat(stop.reason()).contains(CancelReason.CANCELLED);
            assertThat(stop.wasCancelled()).as(demand.toString()).isNotEqualTo(over);
            assertThat(stop.notNeeded()).contains(over ? "finished" : "cancelled while it ran");
        }
    }

    @Test
    void aLostLeaseTakesPrecedenceOverAnExceededLimit() {
        StopSignal stop = new StopSignal();

        stop.stop(CancelReason.TIMED_OUT);
        assertThat(stop.reason()).contains(CancelReason.TIMED_OUT);
        stop.stop(CancelReason.LEASE_LOST);

        assertThat(stop.reason()).contains(CancelReason.LEASE_LOST);
    }

    @Test
    void theReasonWhyAnEndingRunIsNotNeededIsRecordedUnlessItIsStopped() {
        StopSignal ends = new StopSignal();
        ends.begin();
        ends.noteNotNeeded(Demand.over("finished"));

        assertThat(ends.notNeeded()).contains("finished");
        assertThat(Thread.interrupted()).isFalse();

        StopSignal lost = new StopSignal();
        lost.stop(CancelReason.LEASE_LOST);
        lost.noteNotNeeded(Demand.CANCELLED);

        assertThat(lost.notNeeded()).isEmpty();
        assertThat(lost.reason()).contains(CancelReason.LEASE_LOST);
    }

    @Test
    void aRunThatIsStoppedForAnotherReasonIsNotCancelled() {
        for (CancelReason reason : CancelReason.values()) {
            StopSignal stop = new StopSignal();

            stop.stop(reason);

            assertThat(stop.wasCancelled()).as(reason.name()).isEqualTo(reason == CancelReason.CANCELLED);
        }
        StopSignal stop = new StopSignal();
        stop.stop(CancelReason.SHUTDOWN);
        stop.stopNotNeeded(Demand.CANCELLED);
        assertThat(stop.wasCancelled()).isFalse();
        assertThat(stop.notNeeded()).isEmpty();
    }
}
