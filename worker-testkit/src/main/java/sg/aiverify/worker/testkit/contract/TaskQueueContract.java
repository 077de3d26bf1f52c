package sg.aiverify.worker.testkit.contract;

import static org.apiguardian.api.API.Status.STABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apiguardian.api.API;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.failure.FailureKind;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.queue.DeadLetter;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.LeaseState;
import sg.aiverify.worker.queue.Retry;
import sg.aiverify.worker.queue.TaskQueue;

/** The contract of every {@link TaskQueue}. To test an implementation, extend this class and return the queue. */
@API(status = STABLE, since = "1.0")
public abstract class TaskQueueContract extends InterleavingSuite {
    /** Creates the suite. */
    protected TaskQueueContract() {}

    @Test
    void aTaskIsReceivedAsItWasSubmitted() throws InterruptedException {
        String payload = "{\"id\": \"1\", \"text\": \"π 漢字 \\n \\u0000 '\\\"\"}";
        String id = backend.submit(payload);

        assertThat(mine.receive(5, PATIENCE)).containsExactly(new Delivery(id, 1, payload));
    }

    @Test
    void tasksAreReceivedInTheirOrder() throws InterruptedException {
        List<String> ids = submit(3);

        assertThat(receive(mine, 3)).extracting(Delivery::id).containsExactlyElementsOf(ids);
    }

    @Test
    void noMoreThanTheMaximumIsReceived() throws InterruptedException {
        submit(5);

        assertThat(mine.receive(2, PATIENCE)).hasSize(2);
        assertThat(receive(other, 3)).hasSize(3);
    }

    @Test
    void aMaximumBelowOneIsRefused() {
        assertThatThrownBy(() -> mine.receive(0, PATIENCE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0");
    }

    @Test
    void anEmptyQueueGivesNothingOnceTheWaitIsOver() throws InterruptedException {
        assertThat(mine.receive(1, Duration.ZERO)).isEmpty();
        assertThat(mine.receive(1, Duration.ofMillis(50))).isEmpty();
    }

    @Test
    void aWaitingWorkerGetsATaskThatArrives() throws Exception {
        Future<List<Delivery>> waiting = threads.submit(() -> mine.receive(1, PATIENCE.multipliedBy(2)));
        String id = backend.submit("late");

        assertThat(waiting.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .extracting(Delivery::id)
                .containsExactly(id);
    }

    @Test
    void aWaitingWorkerCanBeInterruptedAndHasReceivedNothing() throws Exception {
        CompletableFuture<Thread> waiter = new CompletableFuture<>();
        Future<List<Delivery>> waiting = threads.submit(() -> {
            waiter.complete(Thread.currentThread());
            return mine.receive(1, PATIENCE.multipliedBy(2));
        });
        waiter.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).interrupt();

        assertThatThrownBy(() -> waiting.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .hasCauseInstanceOf(InterruptedException.class);
        backend.submit("after");
        assertThat(receive(other, 1)).extracting(Delivery::attempt).containsExactly(1);
    }

    @Test
    void aCompletedTaskIsGone() throws InterruptedException {
        submit(1);
        Delivery delivery = receive(mine, 1).get(0);

        assertThat(mine.complete(List.of(delivery))).containsExactly(delivery);
        assertThat(mine.extend(List.of(delivery))).doesNotContainEntry(delivery, LeaseState.HELD);
        assertHasNoEffect(delivery);
        passALease();
        assertNothingToReceive();
    }

    @Test
    void whatIsGivenUpGoesToTheDeadLettersOnce() throws InterruptedException {
        submit(1);
        Delivery delivery = receive(mine, 1).get(0);
        DeadLetter letter = new DeadLetter(delivery, FailureKind.INFRASTRUCTURE, "tried often enough", "run-1");

        assertThat(mine.giveUp(List.of(letter))).containsExactly(delivery);
        assertThat(mine.giveUp(List.of(letter))).isEmpty();
        assertThat(backend.deadPayloads()).containsExactly(delivery.payload());
        passALease();
        assertNothingToReceive();
    }

    @Test
    void whatIsNoTaskIsReceivedLikeATaskAndBecomesADeadLetterOnlyByBeingGivenUp() throws InterruptedException {
        String entry = backend.submitNoTask();
        submit(1);

        List<Delivery> received = receive(mine, 2);
        assertThat(received).extracting(Delivery::id).startsWith(entry);
        assertThat(received.get(1).flaw()).isNull();
        assertThat(backend.deadPayloads()).isEmpty();
        assertThat(mine.extend(received)).containsOnlyKeys(received).containsValue(LeaseState.HELD);

        passALease();
        Delivery again = receive(other, 2).get(0);
        assertThat(again)
                .isEqualTo(
                        new Delivery(entry, 2, again.payload(), received.get(0).flaw()));
        assertThat(other.giveUp(List.of(new DeadLetter(again, FailureKind.TASK, "no task", null))))
                .containsExactly(again);
        assertThat(backend.deadPayloads()).containsExactly(again.payload());
    }

    @Test
    void aBatchIsSettledOneByOne() throws InterruptedException {
        submit(6);
        List<Delivery> all = receive(mine, 6);
        assertThat(mine.complete(all.subList(0, 2))).containsExactlyElementsOf(all.subList(0, 2));

        assertThat(mine.complete(all.subList(1, 4))).containsExactlyInAnyOrderElementsOf(all.subList(2, 4));
        assertThat(mine.handBack(all.subList(3, 5))).containsExactly(all.get(4));
        assertThat(mine.retryLater(List.of(new Retry(all.get(4), Duration.ZERO), new Retry(all.get(5), Duration.ZERO))))
                .containsExactly(all.get(5));
        assertThat(receive(other, 2)).extracting(Delivery::attempt).containsExactlyInAnyOrder(1, 2);
    }

    @Test
    void anEmptyBatchIsFine() {
        assertThat(mine.extend(List.of())).isEmpty();
        assertThat(mine.complete(List.of())).isEmpty();
        assertThat(mine.handBack(List.of())).isEmpty();
        assertThat(mine.retryLater(List.of())).isEmpty();
        assertThat(mine.giveUp(List.of())).isEmpty();
    }

    @Test
    void closingLeavesDeliveriesLeased() throws InterruptedException {
        submit(1);
        receive(mine, 1);
        mine.close();

        assertThat(lookWith(other)).isEmpty();
        passALease();
        assertThat(receive(other, 1)).extracting(Delivery::attempt).containsExactly(2);
    }

    @Test
    void everyCallOfAClosedQueueFails() {
        Delivery delivery = new Delivery("1-0", 1, "");
        List<Delivery> batch = List.of(delivery);
        mine.close();
        mine.close();

        assertThatThrownBy(() -> mine.receive(1, PATIENCE))
                .isInstanceOf(ServiceUnavailableException.class)
                .hasMessageContaining("closed");
        List<ThrowingCallable> others = List.of(
                () -> mine.extend(batch),
                () -> mine.acquireReportRight(delivery, "run"),
                () -> mine.complete(batch),
                () -> mine.handBack(batch),
                () -> mine.retryLater(List.of(new Retry(delivery, Duration.ZERO))),
                () -> mine.giveUp(List.of(new DeadLetter(delivery, FailureKind.TASK, "reason", null))));
        assertThat(others)
                .allSatisfy(other -> assertThatThrownBy(other).isInstanceOf(ServiceUnavailableException.class));
    }

    @Test
    void closingEndsAWaitingReceive() {
        Future<List<Delivery>> waiting = threads.submit(() -> mine.receive(1, PATIENCE.multipliedBy(2)));
        mine.close();

        assertThatThrownBy(() -> waiting.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .hasCauseInstanceOf(ServiceUnavailableException.class);
    }

    @Test
    void manyWorkersCompleteEveryTaskOnceAndLoseNone() throws Exception {
        int workerCount = 6;
        int taskCount = 600;
        List<Future<List<String>>> done = new ArrayList<>();
        Set<String> finished = ConcurrentHashMap.newKeySet();
        for (int i = 0; i < workerCount; i++) {
            TaskQueue worker = openWorker();
            done.add(threads.submit(() -> workUntil(worker, finished, taskCount)));
        }
        List<String> ids = submit(taskCount);
        List<String> completed = new ArrayList<>();
        for (Future<List<String>> each : done) {
            completed.addAll(each.get(100, TimeUnit.SECONDS));
        }

        assertThat(completed).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(ids);
        passALease();
        assertNothingToReceive();
    }

    /**
     * Returns every fifth task to the queue once and retries every seventh task once, so that other workers receive
     * them.
     */
    private static List<String> workUntil(TaskQueue worker, Set<String> finished, int taskCount)
            throws InterruptedException {
        List<String> completed = new ArrayList<>();
        Set<String> handedBack = new HashSet<>();
        while (finished.size() < taskCount) {
            List<Delivery> batch = worker.receive(16, Duration.ofMillis(100));
            List<Delivery> done = new ArrayList<>();
            for (Delivery delivery : batch) {
                int number = Integer.parseInt(delivery.payload());
                if (number % 5 == 0 && handedBack.add(delivery.id())) {
                    worker.handBack(List.of(delivery));
                } else if (number % 7 == 0 && delivery.attempt() == 1) {
                    worker.retryLater(List.of(new Retry(delivery, Duration.ZERO)));
                } else {
                    done.add(delivery);
                }
            }
            for (Delivery delivery : worker.complete(done)) {
                completed.add(delivery.id());
                finished.add(delivery.id());
            }
        }
        return completed;
    }
}
