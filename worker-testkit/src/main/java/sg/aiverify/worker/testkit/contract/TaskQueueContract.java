package sg.aiverify.worker.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sg.aiverify.worker.failure.FailureKind;
import sg.aiverify.worker.failure.ServiceAwayException;
import sg.aiverify.worker.queue.DeadLetter;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.LeaseState;
import sg.aiverify.worker.queue.Retry;
import sg.aiverify.worker.queue.TaskQueue;

/** What every {@link TaskQueue} promises. Extend it, and say how to open the queue. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class TaskQueueContract {
    /** Long enough for anything that does come. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<TaskQueue> workers = new ArrayList<>();
    private TaskQueueBackend backend;
    private TaskQueue mine;
    private TaskQueue other;

    /** Creates the suite. */
    protected TaskQueueContract() {}

    /**
     * Opens an empty queue.
     *
     * @return the queue, used by one test and closed by it
     */
    protected abstract TaskQueueBackend openBackend();

    /**
     * Says how long a worker must wait to be sure that there is nothing for it.
     *
     * @return a bit longer than the implementation takes to notice what is due or has expired
     */
    protected Duration look() {
        return Duration.ofMillis(700);
    }

    @BeforeEach
    void open() {
        backend = openBackend();
        mine = openWorker();
        other = openWorker();
    }

    @AfterEach
    void close() throws InterruptedException {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        workers.forEach(TaskQueue::close);
        backend.close();
    }

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
    void aLeasedTaskIsNotReceivedAgain() throws InterruptedException {
        submit(1);
        receive(mine, 1);
        backend.passTime(mine.lease().dividedBy(2));

        assertNothingToReceive();
    }

    @Test
    void anExpiredLeaseGivesTheTaskToAnotherWorkerWithTheNextAttempt() throws InterruptedException {
        submit(1);
        Delivery first = receive(mine, 1).get(0);
        passALease();

        assertThat(receive(other, 1)).containsExactly(new Delivery(first.id(), 2, first.payload()));
        passALease();
        assertThat(receive(mine, 1)).containsExactly(new Delivery(first.id(), 3, first.payload()));
    }

    @Test
    void anExpiredLeaseCanComeBackToTheSameWorker() throws InterruptedException {
        submit(1);
        Delivery first = receive(mine, 1).get(0);
        passALease();
        Delivery second = receive(mine, 1).get(0);

        assertThat(second.attempt()).isEqualTo(2);
        assertThat(mine.complete(List.of(first))).isEmpty();
        assertThat(mine.complete(List.of(second))).containsExactly(second);
    }

    @Test
    void anExtendedLeaseIsNotReceivedAgain() throws InterruptedException {
        submit(1);
        Delivery delivery = receive(mine, 1).get(0);
        for (int i = 0; i < 3; i++) {
            backend.passTime(mine.lease().multipliedBy(2).dividedBy(3));
            assertThat(mine.extend(List.of(delivery))).containsEntry(delivery, LeaseState.HELD);
        }

        assertNothingToReceive();
        assertThat(mine.complete(List.of(delivery))).containsExactly(delivery);
    }

    @Test
    void aLeaseThatRanOutIsStillHeldWhileNobodyElseHasTheTask() throws InterruptedException {
        submit(1);
        Delivery delivery = receive(mine, 1).get(0);
        passALease();

        assertThat(mine.extend(List.of(delivery))).containsEntry(delivery, LeaseState.HELD);
        assertNothingToReceive();
    }

    @Test
    void aLostDeliveryCanDoNothingAnyMore() throws InterruptedException {
        submit(1);
        Delivery lost = receive(mine, 1).get(0);
        passALease();
        Delivery held = receive(other, 1).get(0);

        assertThat(mine.extend(List.of(lost))).containsEntry(lost, LeaseState.LOST);
        assertHasNoEffect(lost);
        assertThat(other.extend(List.of(held))).containsEntry(held, LeaseState.HELD);
        assertThat(other.complete(List.of(held))).containsExactly(held);
    }

    @Test
    void aDeliveryOfAnotherWorkerCannotBeSettled() throws InterruptedException {
        submit(1);
        Delivery held = receive(other, 1).get(0);

        assertThat(mine.extend(List.of(held))).containsEntry(held, LeaseState.LOST);
        assertHasNoEffect(held);
        assertThat(other.complete(List.of(held))).containsExactly(held);
    }

    @Test
    void aCompletedTaskIsGone() throws InterruptedException {
        submit(1);
        Delivery delivery = receive(mine, 1).get(0);

        assertThat(mine.complete(List.of(delivery))).containsExactly(delivery);
        assertThat(mine.extend(List.of(delivery))).containsEntry(delivery, LeaseState.LOST);
        assertHasNoEffect(delivery);
        passALease();
        assertNothingToReceive();
    }

    @Test
    void aReleasedTaskGoesToAnyWorkerAtOnceAndSpendsNoAttempt() throws InterruptedException {
        submit(1);
        Delivery first = receive(mine, 1).get(0);

        assertThat(mine.release(List.of(first))).containsExactly(first);
        assertThat(receive(other, 1)).containsExactly(first);
        assertThat(mine.complete(List.of(first))).isEmpty();
        assertThat(other.release(List.of(first))).containsExactly(first);
        assertThat(receive(mine, 1)).containsExactly(first);
    }

    @Test
    void aReleaseTakesBackOnlyItsOwnAttempt() throws InterruptedException {
        submit(1);
        receive(mine, 1);
        passALease();
        Delivery second = receive(other, 1).get(0);
        other.release(List.of(second));

        assertThat(receive(mine, 1)).containsExactly(second);
        assertThat(second.attempt()).isEqualTo(2);
    }

    @Test
    void aReleasedDeliveryCanDoNothingAnyMore() throws InterruptedException {
        submit(1);
        Delivery released = receive(mine, 1).get(0);
        mine.release(List.of(released));

        assertThat(mine.extend(List.of(released))).containsEntry(released, LeaseState.LOST);
        assertHasNoEffect(released);
        assertThat(receive(other, 1)).hasSize(1);
    }

    @Test
    void aRetryComesWhenItsDelayIsOverAndSpendsTheAttempt() throws InterruptedException {
        submit(1);
        Delivery first = receive(mine, 1).get(0);
        Duration delay = mine.lease().multipliedBy(3);

        assertThat(mine.retry(List.of(new Retry(first, delay)))).containsExactly(first);
        passALease();
        assertNothingToReceive();
        backend.passTime(delay);
        assertThat(receive(other, 1)).containsExactly(new Delivery(first.id(), 2, first.payload()));
        assertNothingToReceive();
    }

    @Test
    void aDeliveryToBeRetriedCanDoNothingAnyMore() throws InterruptedException {
        submit(1);
        Delivery retried = receive(mine, 1).get(0);
        mine.retry(List.of(new Retry(retried, Duration.ZERO)));

        assertThat(mine.extend(List.of(retried))).containsEntry(retried, LeaseState.LOST);
        assertHasNoEffect(retried);
        assertThat(receive(mine, 1)).extracting(Delivery::attempt).containsExactly(2);
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
    void aTaskDeletedBeforeItWasReceivedIsNotReceived() throws InterruptedException {
        List<String> ids = submit(2);
        backend.delete(ids.get(0));

        assertThat(receive(mine, 1)).extracting(Delivery::id).containsExactly(ids.get(1));
        assertNothingToReceive();
    }

    @Test
    void aTaskDeletedWhileItIsLeasedIsToldAtTheNextExtension() throws InterruptedException {
        submit(2);
        List<Delivery> deliveries = receive(mine, 2);
        backend.delete(deliveries.get(0).id());

        assertThat(mine.extend(deliveries))
                .containsEntry(deliveries.get(0), LeaseState.DELETED)
                .containsEntry(deliveries.get(1), LeaseState.HELD);
        assertThat(mine.extend(deliveries)).containsEntry(deliveries.get(0), LeaseState.DELETED);
        assertThat(mine.complete(deliveries)).containsExactlyInAnyOrderElementsOf(deliveries);
    }

    @Test
    void aTaskDeletedWhileItIsLeasedIsNotReceivedAgain() throws InterruptedException {
        submit(1);
        Delivery delivery = receive(mine, 1).get(0);
        backend.delete(delivery.id());
        passALease();

        assertNothingToReceive();
        assertHasNoEffect(delivery);
    }

    @Test
    void aTaskDeletedAndThenHandedBackIsNotReceivedAgain() throws InterruptedException {
        submit(2);
        List<Delivery> deliveries = receive(mine, 2);
        deliveries.forEach(delivery -> backend.delete(delivery.id()));
        mine.release(deliveries.subList(0, 1));
        mine.retry(List.of(new Retry(deliveries.get(1), Duration.ZERO)));

        assertNothingToReceive();
    }

    @Test
    void aTaskDeletedWhileItWaitsForARetryIsNotReceivedAgain() throws InterruptedException {
        submit(1);
        Delivery delivery = receive(mine, 1).get(0);
        mine.retry(List.of(new Retry(delivery, mine.lease())));
        backend.delete(delivery.id());
        passALease();
        passALease();

        assertNothingToReceive();
    }

    @Test
    void aBatchIsSettledOneByOne() throws InterruptedException {
        submit(6);
        List<Delivery> all = receive(mine, 6);
        assertThat(mine.complete(all.subList(0, 2))).containsExactlyElementsOf(all.subList(0, 2));

        assertThat(mine.complete(all.subList(1, 4))).containsExactlyInAnyOrderElementsOf(all.subList(2, 4));
        assertThat(mine.release(all.subList(3, 5))).containsExactly(all.get(4));
        assertThat(mine.retry(List.of(new Retry(all.get(4), Duration.ZERO), new Retry(all.get(5), Duration.ZERO))))
                .containsExactly(all.get(5));
        assertThat(receive(other, 2)).extracting(Delivery::attempt).containsExactlyInAnyOrder(1, 2);
    }

    @Test
    void anEmptyBatchIsFine() {
        assertThat(mine.extend(List.of())).isEmpty();
        assertThat(mine.complete(List.of())).isEmpty();
        assertThat(mine.release(List.of())).isEmpty();
        assertThat(mine.retry(List.of())).isEmpty();
        assertThat(mine.giveUp(List.of())).isEmpty();
    }

    @Test
    void closingLeavesDeliveriesLeased() throws InterruptedException {
        submit(1);
        receive(mine, 1);
        mine.close();

        assertThat(other.receive(1, look())).isEmpty();
        passALease();
        assertThat(receive(other, 1)).extracting(Delivery::attempt).containsExactly(2);
    }

    @Test
    void aClosedQueueSaysSo() {
        mine.close();
        mine.close();

        assertThatThrownBy(() -> mine.receive(1, PATIENCE))
                .isInstanceOf(ServiceAwayException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> mine.complete(List.of(new Delivery("1-0", 1, ""))))
                .isInstanceOf(ServiceAwayException.class);
    }

    @Test
    void closingEndsAWaitingReceive() {
        Future<List<Delivery>> waiting = threads.submit(() -> mine.receive(1, PATIENCE.multipliedBy(2)));
        mine.close();

        assertThatThrownBy(() -> waiting.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .hasCauseInstanceOf(ServiceAwayException.class);
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

    /** Hands back every fifth task once and retries every seventh once, so that tasks wander between workers. */
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
                    worker.release(List.of(delivery));
                } else if (number % 7 == 0 && delivery.attempt() == 1) {
                    worker.retry(List.of(new Retry(delivery, Duration.ZERO)));
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

    private TaskQueue openWorker() {
        TaskQueue worker = backend.openWorker();
        workers.add(worker);
        return worker;
    }

    private List<String> submit(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> backend.submit(String.valueOf(i)))
                .toList();
    }

    private void passALease() {
        backend.passTime(mine.lease().plusSeconds(1));
    }

    private static List<Delivery> receive(TaskQueue worker, int count) throws InterruptedException {
        List<Delivery> received = new ArrayList<>();
        long start = System.nanoTime();
        while (received.size() < count && System.nanoTime() - start < PATIENCE.toNanos()) {
            received.addAll(worker.receive(count - received.size(), Duration.ofSeconds(1)));
        }
        assertThat(received).as("what was received").hasSize(count);
        return received;
    }

    private void assertNothingToReceive() throws InterruptedException {
        Future<List<Delivery>> others = threads.submit(() -> other.receive(10, look()));
        assertThat(mine.receive(10, look())).isEmpty();
        assertThat(others).succeedsWithin(PATIENCE).asInstanceOf(LIST).isEmpty();
    }

    private void assertHasNoEffect(Delivery delivery) {
        assertThat(mine.complete(List.of(delivery))).isEmpty();
        assertThat(mine.release(List.of(delivery))).isEmpty();
        assertThat(mine.retry(List.of(new Retry(delivery, Duration.ZERO)))).isEmpty();
        assertThat(mine.giveUp(List.of(new DeadLetter(delivery, FailureKind.TASK, "late", null))))
                .isEmpty();
        assertThat(backend.deadPayloads()).isEmpty();
    }
}
