package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sg.aiverify.worker.queue.memory.InMemoryTaskQueue;
import sg.aiverify.worker.run.Waiting;

@Timeout(30)
class QueueReceiverTest {
    private final Slots slots = new Slots(1);
    private final RunsInProgress runs = new RunsInProgress();
    private final AtomicReference<QueueReceiver> receiver = new AtomicReference<>();

    @Test
    void aDeliveryThatNoThreadCanRunReleasesItsSlotAndWaitsForTheEndOfItsLease() throws InterruptedException {
        InMemoryTaskQueue queue = new InMemoryTaskQueue(Duration.ofHours(1));
        QueueHealth health = new QueueHealth(queue);
        Waiting waiting = (reason, planned) -> Duration.ZERO;
        receiver.set(new QueueReceiver(
                queue,
                slots,
                runs,
                new Settler(queue, waiting, runs, health),
                null, // nothing is run
                this::startNoThread,
                health.receiver(),
                new ServiceBreaker(),
                DiskSpace.UNLIMITED,
                waiting));
        queue.submit("{}");

        receiver.get().run();

        assertThat(queue.pending()).isEqualTo(1);
        assertThat(runs.count()).isZero();
        assertThat(slots.running()).isZero();
        assertThat(slots.takeAll()).isEqualTo(1);
    }

    private void startNoThread(Runnable run) {
        receiver.get().stop();
        throw new OutOfMemoryError("unable to create native thread");
    }
}
