package sg.aiverify.worker.gateway.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.run.Waiting;

/** The numbers in docs/operating.md. */
class GatewayTimingTest {
    private final GatewayTiming timing = GatewayTiming.standard(Waiting.AS_PLANNED);

    @Test
    void aRequestIsTriedEightTimesWithin18SecondsOfPauses() {
        assertThat(timing.retries().pauses()).hasSize(7);
        assertThat(timing.retries().longest()).isEqualTo(Duration.ofSeconds(18));
        for (int failures = 1; !timing.retries().isExhaustedAfter(failures); failures++) {
            assertThat(timing.retries().pauseAfter(failures)).isLessThanOrEqualTo(Duration.ofMillis(4500));
        }
    }

    @Test
    void aResultInDoubtIsAskedForTenTimesWithin36SecondsOfPauses() {
        assertThat(timing.doubt().pauses()).hasSize(9);
        assertThat(timing.doubt().longest()).isBetween(Duration.ofSeconds(35), Duration.ofSeconds(36));
    }

    @Test
    void aRunThatIsNotKnownYetIsAskedForWithin47SecondsOfPauses() {
        assertThat(timing.uncommitted().pauses()).hasSize(20);
        assertThat(timing.uncommitted().longest()).isBetween(Duration.ofSeconds(46), Duration.ofSeconds(47));
    }
}
