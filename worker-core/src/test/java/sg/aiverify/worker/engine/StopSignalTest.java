package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import sg.aiverify.worker.run.CancelReason;

class StopSignalTest {
    @Test
    void aRunThatLeavesItsWorkBeforeItIsInterruptedTellsItsErrorUninterrupted() {
        StopSignal stop = new StopSignal();
        stop.begin();
        // What ends the work may take its time, and the run may notice the limit before it is interrupted.
        stop.phase().onCancel(stop::beginReport);

        stop.stop(CancelReason.TIMED_OUT);

        assertThat(Thread.interrupted()).isFalse();
        assertThat(stop.phase().isCancelled()).isFalse();
    }

    @Test
    void aRunAtWorkIsInterruptedWhenItIsStopped() {
        StopSignal stop = new StopSignal();
        stop.begin();

        stop.stop(CancelReason.SHUTDOWN);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(stop.isOver()).isTrue();
    }
}
