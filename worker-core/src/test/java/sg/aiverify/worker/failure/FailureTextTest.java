package sg.aiverify.worker.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FailureTextTest {
    @Test
    void theStartAndTheEndOfALongOutputFollowItsSentence() {
        assertThat(FailureText.withOutput("It failed", lines("line", 100) + "\n\n")
                        .lines())
                .hasSize(41)
                .startsWith("It failed", "line a")
                .containsSequence("line aaaaaaaaaa", "... (61 lines left out)", "line " + "a".repeat(72))
                .endsWith("line " + "a".repeat(100));
        assertThat(FailureText.withOutput("It failed", lines("line", 40)).lines())
                .hasSize(41)
                .startsWith("It failed", "line a", "line aa");
        assertThat(FailureText.withOutput("It failed", " \n")).isEqualTo("It failed");
    }

    /** Returns lines that differ in more than a number. */
    private static String lines(String text, int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> text + " " + "a".repeat(i))
                .collect(Collectors.joining("\n"));
    }

    @Test
    void aTracebackInALongOutputIsKeptWithWhatItRaised() {
        String traceback = "Traceback (most recent call last):\n  File \"a.py\"\n    x\nKeyError: 'x'\n";

        assertThat(FailureText.withOutput("It failed", lines("before", 50) + "\n" + traceback + lines("after", 50))
                        .lines())
                .hasSize(41)
                .startsWith("It failed", "Traceback (most recent call last):")
                .containsSequence("KeyError: 'x'", "... (15 lines left out)", "after " + "a".repeat(16))
                .endsWith("after " + "a".repeat(50));
        assertThat(FailureText.withOutput("It failed", lines("before", 50) + "\n" + traceback)
                        .lines())
                .hasSize(41)
                .doesNotContain("... (15 lines left out)")
                .endsWith("    x", "KeyError: 'x'");
        String deep = traceback.replace("    x\n", lines("    x", 30) + "\n");
        assertThat(FailureText.withOutput("It failed", deep + lines("after", 50))
                        .lines())
                .hasSize(41)
                .startsWith("It failed", "    x " + "a".repeat(22))
                .containsSequence("KeyError: 'x'", "... (21 lines left out)");
        assertThat(FailureText.withOutput("It failed", lines("before", 50) + "\nTraceback (most recent call last):")
                        .lines())
                .hasSize(41)
                .endsWith("Traceback (most recent call last):");
    }

    @Test
    void linesThatDifferInNumbersAloneAreCounted() {
        String iterations = IntStream.range(0, 3000)
                .mapToObj(i -> "WARNING: iteration " + i + " did not converge\n")
                .collect(Collectors.joining());
        String warnings = IntStream.range(0, 39)
                .mapToObj(i -> "lib.py:" + i + ": DeprecationWarning: no " + i + "\n  call()\n")
                .collect(Collectors.joining());

        assertThat(FailureText.withOutput("It failed", "CAUSE: licence file missing\n" + iterations))
                .isEqualTo("It failed\nCAUSE: licence file missing\nWARNING: iteration 0 did not converge\n"
                        + "... (the same line 2998 more times, with other numbers)\n"
                        + "WARNING: iteration 2999 did not converge");
        assertThat(FailureText.withOutput("It failed", warnings))
                .isEqualTo("It failed\nlib.py:0: DeprecationWarning: no 0\n  call()\n"
                        + "... (the same 2 lines 37 more times, with other numbers)\n"
                        + "lib.py:38: DeprecationWarning: no 38\n  call()");
        assertThat(FailureText.withOutput("It failed", "at 1\nat 2\nat 3")).isEqualTo("It failed\nat 1\nat 2\nat 3");
    }

    @Test
    void whatWasLeftOutAlreadyAndWhatWasFoldedCountsAmongWhatIsLeftOut() {
        String output =
                lines("a", 20) + "\n" + FailureText.leftOut(1000) + "\n" + "same\n".repeat(100) + lines("b", 40);

        assertThat(FailureText.withOutput("It failed", output).lines())
                .hasSize(41)
                .contains("... (1121 lines left out)");
    }

    @Test
    void repeatedLinesOfAnOutputCountOnce() {
        String warning = "lib.py:7: UserWarning: X has no names\n  warnings.warn(\n";
        String output = "cause\nsame\nsame\n" + warning.repeat(312) + "line\n".repeat(1000) + "end\n\nend\n";

        assertThat(FailureText.withOutput("It failed", output))
                .isEqualTo(
                        "It failed\ncause\nsame\nsame\n" + warning
                                + "... (the same 2 lines 311 more times)\nline\n... (the same line 999 more times)\nend\n\nend");
    }

    @Test
    void whatIsRepeatedOnceIsNotSaidToBeSoTimes() {
        assertThat(FailureText.withOutput("It failed", "a\nb\na\nb\n"))
                .isEqualTo("It failed\na\nb\n... (the same 2 lines 1 more time)");
    }

    @Test
    void linesThatRepeatWithOthersBetweenThemAreKept() {
        String output = "a\nb\na\nc\na\nd";

        assertThat(FailureText.withOutput("It failed", output)).isEqualTo("It failed\n" + output);
    }

    @Test
    void theCauseAtTheStartOfATextThatIsTooLongKeepsItsTraceback() {
        String traceback = "x\n".repeat(1900) + "raised here\n";

        assertThat(FailureText.bounded(traceback + "y\n".repeat(9000))).contains("raised here");
    }

    @Test
    void whatATerminalOrALogWouldObeyIsRemoved() {
        String text = "\u001b[31mred\u001b[0m\u0000 a\r\nb\tc\u0085\u202e \ud800x \ud83d\ude00\u007f";

        assertThat(FailureText.bounded(text)).isEqualTo("red a\nb\tc\n x \ud83d\ude00");
    }

    @Test
    void ofATextThatIsTooLongStartAndEndAreKeptAndNoCharacterIsCutInTwo() {
        for (String letter : new String[] {"x", "é", "€", "\ud83d\ude00"}) {
            for (int shift = 0; shift < 4; shift++) {
                String text = "start " + "y".repeat(shift) + letter.repeat(9000) + "z".repeat(shift) + " end";

                String bounded = FailureText.bounded(text);

                assertThat(bounded.getBytes(StandardCharsets.UTF_8).length)
                        .isBetween(FailureText.MAX_BYTES - 8, FailureText.MAX_BYTES);
                assertThat(bounded).startsWith("start ").endsWith(" end").contains(letter);
                assertThat(new String(bounded.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                        .isEqualTo(bounded);
            }
        }
    }

    @Test
    void whateverEndsALineSomewhereEndsItEverywhere() {
        assertThat(FailureText.printable("a\rb\r\nc\u000bd\fe\u0085f\u2028g\u2029h\u001ci"))
                .isEqualTo("a\nb\nc\nd\ne\nf\ng\nh\ni");
    }

    @Test
    void oneEventHasNoLineThatIsLikeTheBeginOfAnother() {
        assertThat(FailureText.asOneEvent("It failed\nerror: forged\r2026-01-01 forged\n\n"))
                .isEqualTo("It failed\n    | error: forged\n    | 2026-01-01 forged");
    }

    @Test
    void anOutputKeepsItsLongLinesUntilSecretsAreMasked() {
        String line = "x".repeat(100_000);

        assertThat(FailureText.withOutput("It failed", "y\n" + line)).isEqualTo("It failed\ny\n" + line);
    }

    @Test
    void whatLiesBesideACutIsLeftOut() {
        String long1 = "a".repeat(FailureText.CUT_EDGE);

        assertThat(FailureText.withoutCutEdges("It: " + FailureText.startIsCut("ter2 secret\nline")))
                .isEqualTo("It: [...]\nline");
        assertThat(FailureText.withoutCutEdges(FailureText.startIsCut(long1 + "rest")))
                .isEqualTo("[...]rest");
        assertThat(FailureText.withoutCutEdges("line\nsecret hun" + FailureText.endIsCut("") + "\nnext"))
                .isEqualTo("line\n[...]\nnext");
        assertThat(FailureText.withoutCutEdges(FailureText.endIsCut("rest" + long1)))
                .isEqualTo("rest[...]");
        assertThat(FailureText.withoutCutEdges("\uFDD0 \uFDD1")).isEqualTo("\uFDD0 \uFDD1");
    }

    @Test
    void aTextThatJustFitsStaysWhole() {
        String text = "x".repeat(FailureText.MAX_BYTES);

        assertThat(FailureText.bounded(text)).isEqualTo(text);
        assertThat(FailureText.bounded(text + "x")).isNotEqualTo(text + "x").hasSize(FailureText.MAX_BYTES);
    }

    @Test
    void everyKindOfFailureSaysWhoMustAct() {
        assertThat(new TaskFailedException("x").kind()).isEqualTo(FailureKind.TASK);
        assertThat(new InfrastructureException("x").kind()).isEqualTo(FailureKind.INFRASTRUCTURE);
        assertThat(new ServiceUnavailableException("x", null).kind()).isEqualTo(FailureKind.INFRASTRUCTURE);
        assertThat(new StageTimeoutException("x", null).kind()).isEqualTo(FailureKind.TIMED_OUT);
        assertThat(new RunCancelledException("x").kind()).isEqualTo(FailureKind.CANCELLED);
    }
}
