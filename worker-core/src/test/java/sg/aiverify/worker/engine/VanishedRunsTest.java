package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.failure.ServiceAwayException;
import sg.aiverify.worker.pipeline.Demand;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.run.CancelReason;

class VanishedRunsTest {
    private final Delivery delivery = new Delivery("1-0", 1, "{}");
    private final Flight flight = new Flight();

    @Test
    void aRunThatNobodyCanAskForGoesOnAndIsAskedForAgain() {
        List<Demand> answers = new ArrayList<>(List.of(Demand.NOT_WANTED));
        VanishedRuns vanished = new VanishedRuns(Runnable::run, (asked, cancellation) -> {
            if (answers.size() == 1) {
                answers.add(Demand.UNKNOWN);
                throw new ServiceAwayException("the gateway cannot be reached", null);
            }
            return answers.get(0);
        });

        vanished.look(delivery, flight);
        assertThat(flight.phase().reason()).isEmpty();

        vanished.look(delivery, flight);
        assertThat(flight.phase().reason()).contains(CancelReason.CANCELLED);
    }

    @Test
    void whoIsInterruptedWhileAskingStopsNoRunAndStaysInterrupted() {
        VanishedRuns vanished = new VanishedRuns(Runnable::run, (asked, cancellation) -> {
            throw new InterruptedException();
        });

        vanished.look(delivery, flight);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(flight.phase().reason()).isEmpty();
    }

    @Test
    void aWorkerThatIsClosingAsksNoMore() {
        List<Runnable> asked = new ArrayList<>();
        boolean[] closing = {true};
        VanishedRuns vanished = new VanishedRuns(
                work -> {
                    if (closing[0]) {
                        throw new RejectedExecutionException("closing");
                    }
                    asked.add(work);
                },
                (of, cancellation) -> Demand.WANTED);

        vanished.look(delivery, flight);
        closing[0] = false;
        vanished.look(delivery, flight);
        vanished.look(delivery, flight);

        assertThat(asked).as("asked once at a time").hasSize(1);
        assertThat(flight.phase().reason()).isEmpty();
    }
}
