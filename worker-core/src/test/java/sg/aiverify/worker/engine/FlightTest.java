package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import sg.aiverify.worker.run.CancelReason;

class FlightTest {
    @Test
    void aRunThatLeavesItsWorkBeforeItIsInterruptedTellsItsErrorUninterrupted() {
        Flight flight = new Flight();
        flight.takeOff();
        // What ends the work may take its time, and the run may notice the limit before it is interrupted.
        flight.phase().onCancel(flight::tellError);

        flight.stop(CancelReason.TIMED_OUT);

        assertThat(Thread.interrupted()).isFalse();
        assertThat(flight.phase().isCancelled()).isFalse();
    }

    @Test
    void aRunAtWorkIsInterruptedWhenItIsStopped() {
        Flight flight = new Flight();
        flight.takeOff();

        flight.stop(CancelReason.SHUTDOWN);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(flight.isOver()).isTrue();
    }
}
