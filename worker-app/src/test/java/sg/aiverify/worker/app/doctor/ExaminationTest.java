package sg.aiverify.worker.app.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.app.terminal.CapturedTerminal;
import sg.aiverify.worker.failure.ConfigurationException;

class ExaminationTest {
    @Test
    void warningsPassAndShowTheirAdvice() throws InterruptedException {
        CapturedTerminal captured = CapturedTerminal.pipe();

        boolean passed = new Examination(
                        List.of(
                                check("One", () -> Finding.ok("fine")),
                                check("Three", () -> Finding.warn("odd", "look at it"))),
                        UnaryOperator.identity())
                .print(captured.terminal());

        assertThat(passed).isTrue();
        assertThat(captured.out().lines())
                .containsExactly(
                        "ok    One    fine",
                        "warn  Three  odd",
                        "             -> look at it",
                        "",
                        "2 checks: 1 with a warning.");
    }

    @Test
    void oneFailureFailsTheWhole() throws InterruptedException {
        CapturedTerminal captured = CapturedTerminal.pipe();

        boolean passed = new Examination(
                        List.of(check("One", () -> Finding.fail("gone", "")), check("Two", () -> Finding.ok("fine"))),
                        UnaryOperator.identity())
                .print(captured.terminal());

        assertThat(passed).isFalse();
        assertThat(captured.out()).contains("FAIL  One  gone\nok    Two  fine").contains("2 checks: 1 failed.");
    }

    @Test
    void aCheckThatThrowsFailsWithItsMessage() throws InterruptedException {
        CapturedTerminal captured = CapturedTerminal.pipe();

        boolean passed = new Examination(
                        List.of(check("One", () -> {
                            throw new ConfigurationException("nobody set it");
                        })),
                        UnaryOperator.identity())
                .print(captured.terminal());

        assertThat(passed).isFalse();
        assertThat(captured.out()).contains("FAIL  One  nobody set it");
    }

    @Test
    void whatAToolPrintedIsMaskedBeforeItIsCutAndStaysInItsCell() throws InterruptedException {
        CapturedTerminal captured = CapturedTerminal.pipe();
        String secret = "hunter2-Tr0ub4dor";
        String printed = "x".repeat(2035) + secret + "y".repeat(9000) + "\rok    Two  fine";

        new Examination(List.of(check("One", () -> Finding.fail(printed, ""))), text -> text.replace(secret, "***"))
                .print(captured.terminal());

        assertThat(captured.out()).doesNotContain("hunt", "dor").contains("\n           ok    Two  fine");
    }

    @Test
    void onlyATerminalGetsColours() throws InterruptedException {
        CapturedTerminal terminal = CapturedTerminal.interactive();
        new Examination(List.of(check("One", () -> Finding.ok("fine"))), UnaryOperator.identity())
                .print(terminal.terminal());

        assertThat(terminal.out()).contains("\u001b[32mok\u001b[0m").contains("All 1 checks passed.");
    }

    private static Check check(String name, Supplier<Finding> finding) {
        return new Check() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Finding run() {
                return finding.get();
            }
        };
    }
}
