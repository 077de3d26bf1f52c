package sg.aiverify.worker.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.ReportRight;
import sg.aiverify.worker.queue.Retry;

/** Tests which delivery has the right to report a run, and for how long. */
abstract class ReportRightSuite extends LeaseSuite {
    private static final String RUN = "5f7b1c9e-2f35-4a0c-9d3c-0a6c5b9f1e11";

    @Test
    void theFirstDeliveryOfARunThatAcquiresTheRightKeepsIt() throws InterruptedException {
        submit(1);
        Delivery delivery = receive(mine, 1).get(0);

        assertThat(mine.acquireReportRight(delivery, RUN)).isEqualTo(ReportRight.ACQUIRED);
        assertThat(mine.acquireReportRight(delivery, RUN)).isEqualTo(ReportRight.HELD);
    }

    @Test
    void ofTwoEntriesOfOneRunOneCanReport() throws InterruptedException {
        submit(3);
        Delivery first = receive(mine, 1).get(0);
        Delivery second = receive(other, 1).get(0);
        Delivery third = receive(mine, 1).get(0);

        assertThat(mine.acquireReportRight(first, RUN)).isEqualTo(ReportRight.ACQUIRED);
        assertThat(other.acquireReportRight(second, RUN)).isEqualTo(ReportRight.HELD_ELSEWHERE);
        assertThat(mine.acquireReportRight(third, RUN)).isEqualTo(ReportRight.HELD_ELSEWHERE);
        assertThat(mine.acquireReportRight(first, RUN)).isEqualTo(ReportRight.HELD);
        assertThat(other.acquireReportRight(second, "0" + RUN.substring(1))).isEqualTo(ReportRight.ACQUIRED);
    }

    @Test
    void anIdInAnotherFormIsThatOfTheSameRun() throws InterruptedException {
        submit(1);
        submit(1);
        Delivery first = receive(mine, 1).get(0);
        Delivery second = receive(other, 1).get(0);

        assertThat(mine.acquireReportRight(first, RUN)).isEqualTo(ReportRight.ACQUIRED);
        assertThat(other.acquireReportRight(second, RUN.replace("-", "").toUpperCase(Locale.ROOT)))
                .isEqualTo(ReportRight.HELD_ELSEWHERE);
    }

    @Test
    void theRightLastsAsLongAsTheLeaseIsExtended() throws InterruptedException {
        submit(2);
        Delivery first = receive(mine, 1).get(0);
        Delivery second = receive(other, 1).get(0);
        mine.acquireReportRight(first, RUN);
        Duration most = mine.lease().multipliedBy(2).dividedBy(3);
        for (int i = 0; i < 3; i++) {
            backend.passTime(most);
            mine.extend(List.of(first));
            other.extend(List.of(second));
            assertThat(other.acquireReportRight(second, RUN)).isEqualTo(ReportRight.HELD_ELSEWHERE);
        }

        passALease();
        assertThat(other.acquireReportRight(second, RUN)).isEqualTo(ReportRight.ACQUIRED);
        assertThat(mine.acquireReportRight(first, RUN)).isEqualTo(ReportRight.HELD_ELSEWHERE);
    }

    @Test
    void anExpiredRightIsAcquiredAgainAndNotKept() throws InterruptedException {
        submit(1);
        Delivery delivery = receive(mine, 1).get(0);
        mine.acquireReportRight(delivery, RUN);
        passALease();

        assertThat(mine.acquireReportRight(delivery, RUN)).isEqualTo(ReportRight.ACQUIRED);
    }

    @Test
    void acquiringTheRightExtendsTheLease() throws InterruptedException {
        submit(1);
        Delivery delivery = receive(mine, 1).get(0);
        Duration most = mine.lease().multipliedBy(2).dividedBy(3);
        backend.passTime(most);
        mine.acquireReportRight(delivery, RUN);
        backend.passTime(most);

        assertNothingToReceive();
    }

    @Test
    void aDeliveryThatIsAnotherWorkersNowDoesNotGetTheRight() throws InterruptedException {
        submit(1);
        Delivery lost = receive(mine, 1).get(0);
        passALease();
        Delivery held = receive(other, 1).get(0);

        assertThat(mine.acquireReportRight(lost, RUN)).isEqualTo(ReportRight.LOST);
        assertThat(other.acquireReportRight(held, RUN)).isEqualTo(ReportRight.ACQUIRED);
        assertThat(mine.acquireReportRight(lost, RUN)).isEqualTo(ReportRight.LOST);
    }

    @Test
    void anEarlierDeliveryToTheSameWorkerDoesNotGetTheRight() throws InterruptedException {
        submit(1);
        Delivery first = receive(mine, 1).get(0);
        passALease();
        Delivery second = receive(mine, 1).get(0);

        assertThat(mine.acquireReportRight(first, RUN)).isEqualTo(ReportRight.LOST);
        assertThat(mine.acquireReportRight(second, RUN)).isEqualTo(ReportRight.ACQUIRED);
    }

    @Test
    void whatWasHandedBackOrIsToBeRetriedDoesNotGetTheRight() throws InterruptedException {
        submit(2);
        List<Delivery> deliveries = receive(mine, 2);
        mine.handBack(deliveries.subList(0, 1));
        mine.retryLater(List.of(new Retry(deliveries.get(1), Duration.ZERO)));

        assertThat(mine.acquireReportRight(deliveries.get(0), RUN)).isEqualTo(ReportRight.LOST);
        assertThat(mine.acquireReportRight(deliveries.get(1), RUN)).isEqualTo(ReportRight.LOST);
    }

    @Test
    void whileARetriedDeliveryMayStillBeReportingTheNextOneWaits() throws InterruptedException {
        submit(1);
        Delivery first = receive(mine, 1).get(0);
        mine.acquireReportRight(first, RUN);
        mine.retryLater(List.of(new Retry(first, Duration.ZERO)));
        Delivery second = receive(other, 1).get(0);

        assertThat(other.acquireReportRight(second, RUN)).isEqualTo(ReportRight.HELD_ELSEWHERE);
        passALease();
        assertThat(other.acquireReportRight(second, RUN)).isEqualTo(ReportRight.ACQUIRED);
    }

    @Test
    void whatACancelDeletedStillGetsTheRightSoThatOnlyTheGatewayDecides() throws InterruptedException {
        submit(1);
        Delivery delivery = receive(mine, 1).get(0);
        backend.delete(delivery.id());

        assertThat(mine.acquireReportRight(delivery, RUN)).isEqualTo(ReportRight.ACQUIRED);
        mine.extend(List.of(delivery));
        assertThat(mine.acquireReportRight(delivery, RUN)).isEqualTo(ReportRight.HELD);
    }
}
