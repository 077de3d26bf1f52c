package sg.aiverify.worker.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.LeaseState;
import sg.aiverify.worker.queue.Retry;

/** Tests which worker holds a task, for how long, and how a worker learns that a task is deleted. */
abstract class LeaseSuite extends TaskQueueSuite {
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
        assertThat(mine.extend(List.of(first))).containsEntry(first, LeaseState.LOST);
        assertHasNoEffect(first);
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
    void anExpiredLeaseIsStillHeldWhileNoOtherWorkerHasTheTask() throws InterruptedException {
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
    void aTaskHandedBackGoesToAnyWorkerAtOnceAndSpendsNoAttempt() throws InterruptedException {
        submit(1);
        Delivery first = receive(mine, 1).get(0);

        assertThat(mine.handBack(List.of(first))).containsExactly(first);
        assertThat(receive(other, 1)).containsExactly(first);
        assertThat(mine.complete(List.of(first))).isEmpty();
        assertThat(other.handBack(List.of(first))).containsExactly(first);
        assertThat(receive(mine, 1)).containsExactly(first);
    }

    @Test
    void handingBackTakesBackOnlyItsOwnAttempt() throws InterruptedException {
        submit(1);
        receive(mine, 1);
        passALease();
        Delivery second = receive(other, 1).get(0);
        other.handBack(List.of(second));

        assertThat(receive(mine, 1)).containsExactly(second);
        assertThat(second.attempt()).isEqualTo(2);
    }

    @Test
    void aDeliveryHandedBackCanDoNothingAnyMore() throws InterruptedException {
        submit(1);
        Delivery handedBack = receive(mine, 1).get(0);
        mine.handBack(List.of(handedBack));

        assertThat(mine.extend(List.of(handedBack))).containsEntry(handedBack, LeaseState.LOST);
        assertHasNoEffect(handedBack);
        assertThat(receive(other, 1)).hasSize(1);
    }

    @Test
    void aRetryComesWhenItsDelayIsOverAndSpendsTheAttempt() throws InterruptedException {
        submit(1);
        Delivery first = receive(mine, 1).get(0);
        Duration delay = mine.lease().multipliedBy(3);

        assertThat(mine.retryLater(List.of(new Retry(first, delay)))).containsExactly(first);
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
        mine.retryLater(List.of(new Retry(retried, Duration.ZERO)));

        assertThat(mine.extend(List.of(retried))).containsEntry(retried, LeaseState.LOST);
        assertHasNoEffect(retried);
        assertThat(receive(mine, 1)).extracting(Delivery::attempt).containsExactly(2);
    }

    @Test
    void aTaskDeletedBeforeItWasReceivedIsNotReceived() throws InterruptedException {
        List<String> ids = submit(2);
        backend.delete(ids.get(0));

        assertThat(receive(mine, 1)).extracting(Delivery::id).containsExactly(ids.get(1));
        assertNothingToReceive();
    }

    @Test
    void aTaskDeletedWhileItIsLeasedIsReportedAtTheNextExtension() throws InterruptedException {
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
        mine.handBack(deliveries.subList(0, 1));
        mine.retryLater(List.of(new Retry(deliveries.get(1), Duration.ZERO)));

        assertNothingToReceive();
    }

    @Test
    void aTaskDeletedWhileItWaitsForARetryIsNotReceivedAgain() throws InterruptedException {
        submit(1);
        Delivery delivery = receive(mine, 1).get(0);
        mine.retryLater(List.of(new Retry(delivery, mine.lease())));
        backend.delete(delivery.id());
        passALease();
        passALease();

        assertNothingToReceive();
    }
}
