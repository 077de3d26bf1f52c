package sg.aiverify.worker.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FailureTextTest {
    @Test
    void theLastFortyLinesOfAnOutputFollowItsSentence() {
        String output = IntStream.rangeClosed(1, 100).mapToObj(i -> "line " + i).collect(Collectors.joining("\n"));

        assertThat(FailureText.withOutput("It failed", output + "\n\n").lines())
                .hasSize(41)
                .startsWith("It failed", "line 61")
                .endsWith("line 100");
        assertThat(FailureText.withOutput("It failed", " \n")).isEqualTo("It failed");
    }

    @Test
    void whatATerminalOrALogWouldObeyIsRemoved() {
        String text = "\u001b[31mred\u001b[0m\u0000 a\r\nb\tc\u0085\u202e \ud800x \ud83d\ude00\u007f";

        assertThat(FailureText.bounded(text)).isEqualTo("red a\nb\tc x \ud83d\ude00");
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
    void aTextThatJustFitsStaysWhole() {
        String text = "x".repeat(FailureText.MAX_BYTES);

        assertThat(FailureText.bounded(text)).isEqualTo(text);
        assertThat(FailureText.bounded(text + "x")).isNotEqualTo(text + "x").hasSize(FailureText.MAX_BYTES);
    }

    @Test
    void everyKindOfFailureSaysWhoMustAct() {
        assertThat(new TaskFailedException("x").kind()).isEqualTo(FailureKind.TASK);
        assertThat(new InfrastructureException("x").kind()).isEqualTo(FailureKind.INFRASTRUCTURE);
        assertThat(new ServiceAwayException("x", null).kind()).isEqualTo(FailureKind.INFRASTRUCTURE);
        assertThat(new StageTimeoutException("x", null).kind()).isEqualTo(FailureKind.TIMED_OUT);
        assertThat(new RunCancelledException("x").kind()).isEqualTo(FailureKind.CANCELLED);
    }
}
