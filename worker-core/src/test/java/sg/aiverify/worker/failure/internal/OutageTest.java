package sg.aiverify.worker.failure.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OutageTest {
    private final AtomicLong now = new AtomicLong();
    private final Outage outage = new Outage(now::get);

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private long newsWithin(Duration time) {
        long news = 0;
        for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plusSeconds(2)) {
            pass(Duration.ofSeconds(2));
            news += outage.noteFailure("refused") ? 1 : 0;
        }
        return news;
    }

    @Test
    void itsBeginIsNewsOnceHoweverItIsSeenAndItsEndSaysHowLongItLasted() {
        assertThat(outage.end()).isEmpty();
        assertThat(outage.noteFailure("the connection broke")).isTrue();
        assertThat(outage.noteFailure("the connection broke")).isFalse();
        assertThat(outage.noteFailure("refused")).isFalse();
        assertThat(outage.noteFailure("timed out")).isFalse();
        pass(Duration.ofSeconds(12));

        assertThat(outage.end()).contains(Duration.ofSeconds(12));
        assertThat(outage.end()).isEmpty();
        assertThat(outage.lasted()).isZero();
        assertThat(outage.noteFailure("refused", Duration.ofSeconds(10))).isTrue();
        pass(Duration.ofSeconds(2));
        assertThat(outage.lasted()).isEqualTo(Duration.ofSeconds(12));
        assertThat(outage.end()).contains(Duration.ofSeconds(12));
    }

    @Test
    void whileItLastsItIsNewsAtGrowingIntervals() {
        outage.noteFailure("refused");

        assertThat(newsWithin(Duration.ofSeconds(28))).isZero();
        assertThat(newsWithin(Duration.ofSeconds(2))).as("after half a minute").isEqualTo(1);
        assertThat(newsWithin(Duration.ofSeconds(58))).isZero();
        assertThat(newsWithin(Duration.ofSeconds(2))).as("a minute later").isEqualTo(1);
        newsWithin(Duration.ofHours(1));
        assertThat(newsWithin(Duration.ofHours(1)))
                .as("every quarter of an hour")
                .isEqualTo(4);
    }

    @Test
    void aChangeIsNewsHalfAMinuteAfterTheLastLineAndDoesNotWaitForTheInterval() {
        outage.noteFailure("refused");
        newsWithin(Duration.ofHours(1));

        pass(Duration.ofSeconds(30));
        assertThat(outage.noteFailure("wrong password")).isTrue();
        pass(Duration.ofSeconds(29));
        assertThat(outage.noteFailure("read-only")).isFalse();
        pass(Duration.ofSeconds(1));
        assertThat(outage.noteFailure("read-only")).isTrue();
        pass(Duration.ofSeconds(30));
        assertThat(outage.noteFailure("wrong password")).as("seen before").isFalse();
    }

    @Test
    void textsThatAreNewEachTimeDoNotFillTheLog() {
        long news = 0;
        for (int i = 0; i < 2 * 3600; i++) {
            news += outage.noteFailure("refused after " + i + " ms") ? 1 : 0;
            pass(Duration.ofSeconds(1));
        }

        // The first five half minutes each, then as every outage.
        assertThat(news).isBetween(10L, 16L);
    }
}
