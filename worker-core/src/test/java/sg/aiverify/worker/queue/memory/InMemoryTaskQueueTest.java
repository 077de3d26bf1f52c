package sg.aiverify.worker.queue.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.FailureKind;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.queue.DeadLetter;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.Retry;

@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InMemoryTaskQueueTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void queuedAndPendingEntriesAreCounted() throws InterruptedException {
        InMemoryTaskQueue queue = new InMemoryTaskQueue(Duration.ofMinutes(1));
        queue.submit("a");
        queue.submit("b");
        Delivery delivery = queue.receive(1, Duration.ZERO).get(0);

        assertThat(queue.queued()).isEqualTo(1);
        assertThat(queue.pending()).isEqualTo(1);
        queue.retryLater(List.of(new Retry(delivery, Duration.ofHours(1))));
        assertThat(queue.queued()).isEqualTo(2);
        assertThat(queue.pending()).isZero();
    }

    @Test
    void aDeletedEntryIsCountedNoMoreUnlessAWorkerHasIt() throws InterruptedException {
        InMemoryTaskQueue queue = new InMemoryTaskQueue(Duration.ofMinutes(1));
        String id = queue.submit("a");
        queue.receive(1, Duration.ZERO);

        assertThat(queue.delete(id)).isTrue();
        assertThat(queue.delete(id)).isFalse();
        assertThat(queue.pending()).isEqualTo(1);
        assertThat(queue.delete(queue.submit("b"))).isTrue();
        assertThat(queue.queued()).isZero();
    }

    @Test
    void deadLettersAreKeptWithTheirReason() throws InterruptedException {
        InMemoryTaskQueue queue = new InMemoryTaskQueue(Duration.ofMinutes(1));
        queue.submit("a");
        DeadLetter letter =
                new DeadLetter(queue.receive(1, Duration.ZERO).get(0), FailureKind.TASK, "no such algorithm", "run-1");
        queue.giveUp(List.of(letter));

        assertThat(queue.deadLetters()).containsExactly(letter);
    }

    @Test
    void aWaitingWorkerGetsATaskWhoseLeaseRunsOut() throws InterruptedException {
        InMemoryTaskQueue queue = new InMemoryTaskQueue(Duration.ofMillis(50));
        queue.submit("a");
        queue.receive(1, Duration.ZERO);

        assertThat(queue.join().receive(1, PATIENCE))
                .extracting(Delivery::attempt)
                .containsExactly(2);
    }

    @Test
    void aWaitingWorkerGetsARetryThatBecomesDue() throws InterruptedException {
        InMemoryTaskQueue queue = new InMemoryTaskQueue(Duration.ofMinutes(1));
        queue.submit("a");
        queue.retryLater(List.of(new Retry(queue.receive(1, Duration.ZERO).get(0), Duration.ofMillis(50))));

        assertThat(queue.receive(1, PATIENCE)).extracting(Delivery::attempt).containsExactly(2);
    }

    @Test
    void aWaitingWorkerIsWokenByATaskThatArrivesByOneThatIsHandedBackAndByItsEnd() throws Exception {
        InMemoryTaskQueue queue = new InMemoryTaskQueue(Duration.ofHours(1));
        InMemoryTaskQueue other = queue.join();
        assertThat(queue.queued() + queue.pending()).isZero();

        FutureTask<List<Delivery>> arriving = receiveWaiting(queue);
        queue.submit("a");
        Delivery delivery = arriving.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).get(0);

        FutureTask<List<Delivery>> handedBack = receiveWaiting(other);
        assertThat(queue.handBack(List.of(delivery))).containsExactly(delivery);
        assertThat(handedBack.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).hasSize(1);

        FutureTask<List<Delivery>> ending = receiveWaiting(queue);
        queue.close();
        assertThatThrownBy(() -> ending.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .hasCauseInstanceOf(ServiceUnavailableException.class);
    }

    private static FutureTask<List<Delivery>> receiveWaiting(InMemoryTaskQueue queue) {
        FutureTask<List<Delivery>> receiving = new FutureTask<>(() -> queue.receive(1, Duration.ofHours(1)));
        Thread thread = new Thread(receiving);
        thread.setDaemon(true);
        thread.start();
        await().atMost(PATIENCE).until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        return receiving;
    }

    @Test
    void aLeaseOfNothingIsRefused() {
        assertThatThrownBy(() -> new InMemoryTaskQueue(Duration.ZERO))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("PT0S");
    }
}
