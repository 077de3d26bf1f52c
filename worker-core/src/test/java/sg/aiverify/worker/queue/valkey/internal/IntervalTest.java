package sg.aiverify.worker.queue.valkey.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class IntervalTest {
    private static final Duration LONG = Duration.ofHours(1);

    @Test
    void itIsDueAtFirstThenOnlyOnceTheIntervalHasPassed() {
        Interval hours = new Interval(LONG);
        assertThat(hours.isDue()).isTrue();
        assertThat(hours.isDue()).isFalse();

        Interval milliseconds = new Interval(Duration.ofMillis(1));
        assertThat(milliseconds.isDue()).isTrue();
        await().atMost(Duration.ofSeconds(20)).until(milliseconds::isDue);
    }

    @Test
    void anActionThatIsMadeDueIsDueOnce() {
        Interval interval = new Interval(LONG);
        interval.isDue();

        interval.makeDue();

        assertThat(interval.isDue()).isTrue();
        assertThat(interval.isDue()).isFalse();
    }

    @Test
    void ofManyWhoAskAtOnceOneHearsYes() throws Exception {
        Interval interval = new Interval(LONG);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            Callable<Boolean> ask = interval::isDue;
            long yes = 0;
            for (Future<Boolean> due :
                    threads.invokeAll(IntStream.range(0, 64).mapToObj(i -> ask).toList())) {
                yes += due.get() ? 1 : 0;
            }
            assertThat(yes).isOne();
        } finally {
            threads.shutdownNow();
        }
    }
}
