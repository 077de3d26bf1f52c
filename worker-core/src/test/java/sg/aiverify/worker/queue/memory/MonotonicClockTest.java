package sg.aiverify.worker.queue.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class MonotonicClockTest {
    @Test
    void itStartsAtTheEpochAndNeverGoesBack() {
        MonotonicClock clock = new MonotonicClock();
        Instant first = clock.instant();

        assertThat(first).isBetween(Instant.EPOCH, Instant.EPOCH.plusSeconds(60));
        assertThat(clock.instant()).isAfterOrEqualTo(first);
    }
}
