package sg.aiverify.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sg.aiverify.worker.run.internal.Backoff;

class BackoffTest {
    private final Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30));

    @ParameterizedTest
    @CsvSource({
        "-1, 1000",
        "0, 1000",
        "1, 1000",
        "2, 2000",
        "3, 4000",
        "5, 16000",
        "6, 30000",
        "31, 30000",
        "100, 30000"
    })
    void aDelayLiesBetweenHalfAndAllOfWhatDoublesWithEachFailureUpToTheMost(int failures, long value) {
        Set<Long> drawn = IntStream.range(0, 5000)
                .mapToObj(i -> backoff.delay(failures).toMillis())
                .collect(Collectors.toSet());

        assertThat(drawn).allMatch(delay -> delay >= value / 2 && delay <= value);
        assertThat(drawn.stream().mapToLong(delay -> delay).min().orElseThrow())
                .as("the least")
                .isLessThan(value * 55 / 100);
        assertThat(drawn.stream().mapToLong(delay -> delay).max().orElseThrow())
                .as("the most")
                .isGreaterThan(value * 95 / 100);
    }

    @Test
    void whatDoublesBeyondWhatCanBeCountedIsTheMost() {
        Backoff years = new Backoff(Duration.ofDays(100_000), Duration.ofDays(200_000));

        assertThat(years.delay(100)).isBetween(Duration.ofDays(100_000), Duration.ofDays(200_000));
    }
}
