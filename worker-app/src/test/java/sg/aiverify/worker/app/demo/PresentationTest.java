package sg.aiverify.worker.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.app.terminal.CapturedTerminal;
import sg.aiverify.worker.gateway.RunStatus;

class PresentationTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger looks = new AtomicInteger();

    @Test
    void allRunsAsExpectedPassEvenThoseThatWereMeantToFail() throws InterruptedException {
        CapturedTerminal captured = CapturedTerminal.pipe();

        boolean passed = presentation(captured)
                .show(List.of(
                        run("Fairness", RunStatus.SUCCESS, RunStatus.SUCCESS, "parity 0.93"),
                        run("Broken", RunStatus.ERROR, RunStatus.ERROR, "Failed to run\nmore")));

        assertThat(passed).isTrue();
        assertThat(captured.out().lines())
                .containsExactly(
                        "",
                        "run       algorithm  status   expected  seconds  result",
                        "Fairness  algo       success  success   1.50     parity 0.93",
                        "Broken    algo       error    error     1.50     Failed to run",
                        "",
                        "All 2 runs ended as expected.");
    }

    @Test
    void aPipeGetsALineForEachChangeOfARun() throws InterruptedException {
        CapturedTerminal captured = CapturedTerminal.pipe();

        presentation(captured).show(List.of(run("Fairness", RunStatus.SUCCESS, RunStatus.SUCCESS, "")));

        assertThat(captured.err().lines())
                .containsExactly("Fairness 0%", "Fairness 25%", "Fairness 50%", "Fairness success");
    }

    @Test
    void aTerminalIsRedrawnInPlace() throws InterruptedException {
        CapturedTerminal captured = CapturedTerminal.interactive();

        presentation(captured)
                .show(List.of(
                        run("A", RunStatus.SUCCESS, RunStatus.SUCCESS, ""),
                        run("Bcd", RunStatus.SUCCESS, RunStatus.SUCCESS, "")));

        assertThat(captured.err()).contains("\u001b[2A").contains("A   [").contains("] success");
    }

    @Test
    void aTerminalIsNotWiderThanItIs() throws InterruptedException {
        CapturedTerminal captured = CapturedTerminal.interactive();

        presentation(captured)
                .show(List.of(
                        run("Column that is not found", RunStatus.ERROR, RunStatus.ERROR, "Failed to run ".repeat(8))));

        assertThat(captured.out()).contains("Column that is not found").doesNotContain("algorithm");
        assertThat(captured.out().replaceAll("\u001b\\[\\d*m", "").lines())
                .hasSizeGreaterThan(5)
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }

    @Test
    void aPipeGetsAllOfALongResult() throws InterruptedException {
        CapturedTerminal captured = CapturedTerminal.pipe();
        String error = "Failed to run: " + "its column is missing, ".repeat(9) + "at last";

        presentation(captured).show(List.of(run("A", RunStatus.ERROR, RunStatus.ERROR, error)));

        assertThat(captured.out().lines()).anyMatch(line -> line.endsWith(error));
    }

    @Test
    void aRunThatEndedOtherwiseFailsTheDemonstration() throws InterruptedException {
        CapturedTerminal captured = CapturedTerminal.pipe();

        boolean passed = presentation(captured)
                .show(List.of(
                        run("Good", RunStatus.SUCCESS, RunStatus.SUCCESS, ""),
                        run("Bad", RunStatus.SUCCESS, RunStatus.ERROR, "no memory")));

        assertThat(passed).isFalse();
        assertThat(captured.out()).contains("no memory").endsWith("1 of 2 runs did not end as expected.\n");
    }

    @Test
    void aRunThatNeverEndsIsGivenUp() throws InterruptedException {
        CapturedTerminal captured = CapturedTerminal.pipe();

        boolean passed = presentation(captured).show(List.of(run("Stuck", RunStatus.SUCCESS, RunStatus.PENDING, "")));

        assertThat(passed).isFalse();
        assertThat(nanos.get()).isGreaterThanOrEqualTo(LIMIT.toNanos());
        assertThat(captured.out()).contains("pending");
    }

    private Presentation presentation(CapturedTerminal captured) {
        return new Presentation(captured.terminal(), LIMIT, nanos::get, duration -> {
            nanos.addAndGet(duration.toNanos());
            looks.incrementAndGet();
        });
    }

    /** Creates a run that is pending for three queries. */
    private DemoRun run(String name, RunStatus expected, RunStatus end, String summary) {
        return new DemoRun() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public String algorithm() {
                return "algo";
            }

            @Override
            public RunStatus expected() {
                return expected;
            }

            @Override
            public RunStatus status() {
                return looks.get() < 3 ? RunStatus.PENDING : end;
            }

            @Override
            public int progress() {
                return Math.min(99, looks.get() * 26);
            }

            @Override
            public Duration duration() {
                return Duration.ofMillis(1500);
            }

            @Override
            public String summary() {
                return summary;
            }
        };
    }
}
