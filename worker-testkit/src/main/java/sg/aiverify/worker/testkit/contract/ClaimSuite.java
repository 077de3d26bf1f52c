package sg.aiverify.worker.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.Retry;
import sg.aiverify.worker.queue.VerdictClaim;

/** Who may report the verdict of a run. */
abstract class ClaimSuite extends LeaseSuite {
    private static final String RUN = "5f7b1c9e-2f35-4a0c-9d3c-0a6c5b9f1e11";

    @Test
    void theFirstDeliveryOfARunThatClaimsItsVerdictKeepsIt() throws InterruptedException {
        submit(1);
        Delivery delivery = receive(mine, 1).get(0);

        assertThat(mine.claim(delivery, RUN)).isEqualTo(VerdictClaim.GAINED);
        assertThat(mine.claim(delivery, RUN)).isEqualTo(VerdictClaim.KEPT);
    }

    @Test
    void ofTwoEntriesOfOneRunOneCanReport() throws InterruptedException {
        submit(3);
        Delivery first = receive(mine, 1).get(0);
        Delivery second = receive(other, 1).get(0);
        Delivery third = receive(mine, 1).get(0);

        assertThat(mine.claim(first, RUN)).isEqualTo(VerdictClaim.GAINED);
        assertThat(other.claim(second, RUN)).isEqualTo(VerdictClaim.TAKEN);
        assertThat(mine.claim(third, RUN)).isEqualTo(VerdictClaim.TAKEN);
        assertThat(mine.claim(first, RUN)).isEqualTo(VerdictClaim.KEPT);
        assertThat(other.claim(second, "0" + RUN.substring(1))).isEqualTo(VerdictClaim.GAINED);
    }

    @Test
    void anIdInAnotherFormIsThatOfTheSameRun() throws InterruptedException {
        submit(1);
        submit(1);
        Delivery first = receive(mine, 1).get(0);
        Delivery second = receive(other, 1).get(0);

        assertThat(mine.claim(first, RUN)).isEqualTo(VerdictClaim.GAINED);
        assertThat(other.claim(second, RUN.replace("-", "").toUpperCase(Locale.ROOT)))
                .isEqualTo(VerdictClaim.TAKEN);
    }

    @Test
    void aClaimLastsAsLongAsItsLeaseIsExtended() throws InterruptedException {
        submit(2);
        Delivery first = receive(mine, 1).get(0);
        Delivery second = receive(other, 1).get(0);
        mine.claim(first, RUN);
        Duration most = mine.lease().multipliedBy(2).dividedBy(3);
        for (int i = 0; i < 3; i++) {
            backend.passTime(most);
            mine.extend(List.of(first));
            other.extend(List.of(second));
            assertThat(other.claim(second, RUN)).isEqualTo(VerdictClaim.TAKEN);
        }

        passALease();
        assertThat(other.claim(second, RUN)).isEqualTo(VerdictClaim.GAINED);
        assertThat(mine.claim(first, RUN)).isEqualTo(VerdictClaim.TAKEN);
    }

    @Test
    void aClaimThatRanOutIsGainedAnewAndNotKept() throws InterruptedException {
        submit(1);
        Delivery delivery = receive(mine, 1).get(0);
        mine.claim(delivery, RUN);
        passALease();

        assertThat(mine.claim(delivery, RUN)).isEqualTo(VerdictClaim.GAINED);
    }

    @Test
    void aClaimExtendsTheLease() throws InterruptedException {
        submit(1);
        Delivery delivery = receive(mine, 1).get(0);
        Duration most = mine.lease().multipliedBy(2).dividedBy(3);
        backend.passTime(most);
        mine.claim(delivery, RUN);
        backend.passTime(most);

        assertNothingToReceive();
    }

    @Test
    void aDeliveryThatIsAnotherWorkersNowCannotClaim() throws InterruptedException {
        submit(1);
        Delivery lost = receive(mine, 1).get(0);
        passALease();
        Delivery held = receive(other, 1).get(0);

        assertThat(mine.claim(lost, RUN)).isEqualTo(VerdictClaim.LOST);
        assertThat(other.claim(held, RUN)).isEqualTo(VerdictClaim.GAINED);
        assertThat(mine.claim(lost, RUN)).isEqualTo(VerdictClaim.LOST);
    }

    @Test
    void anEarlierDeliveryToTheSameWorkerCannotClaim() throws InterruptedException {
        submit(1);
        Delivery first = receive(mine, 1).get(0);
        passALease();
        Delivery second = receive(mine, 1).get(0);

        assertThat(mine.claim(first, RUN)).isEqualTo(VerdictClaim.LOST);
        assertThat(mine.claim(second, RUN)).isEqualTo(VerdictClaim.GAINED);
    }

    @Test
    void whatWasHandedBackOrIsToBeRetriedCannotClaim() throws InterruptedException {
        submit(2);
        List<Delivery> deliveries = receive(mine, 2);
        mine.release(deliveries.subList(0, 1));
        mine.retry(List.of(new Retry(deliveries.get(1), Duration.ZERO)));

        assertThat(mine.claim(deliveries.get(0), RUN)).isEqualTo(VerdictClaim.LOST);
        assertThat(mine.claim(deliveries.get(1), RUN)).isEqualTo(VerdictClaim.LOST);
    }

    @Test
    void whileARetriedDeliveryMayStillBeReportingTheNextOneWaits() throws InterruptedException {
        submit(1);
        Delivery first = receive(mine, 1).get(0);
        mine.claim(first, RUN);
        mine.retry(List.of(new Retry(first, Duration.ZERO)));
        Delivery second = receive(other, 1).get(0);

        assertThat(other.claim(second, RUN)).isEqualTo(VerdictClaim.TAKEN);
        passALease();
        assertThat(other.claim(second, RUN)).isEqualTo(VerdictClaim.GAINED);
    }

    @Test
    void whatACancelDeletedCanStillClaimSoThatOnlyTheGatewayDecides() throws InterruptedException {
        submit(1);
        Delivery delivery = receive(mine, 1).get(0);
        backend.delete(delivery.id());

        assertThat(mine.claim(delivery, RUN)).isEqualTo(VerdictClaim.GAINED);
        mine.extend(List.of(delivery));
        assertThat(mine.claim(delivery, RUN)).isEqualTo(VerdictClaim.KEPT);
    }
}
