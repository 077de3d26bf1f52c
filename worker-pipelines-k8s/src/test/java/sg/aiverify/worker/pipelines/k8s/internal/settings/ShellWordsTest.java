package sg.aiverify.worker.pipelines.k8s.internal.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShellWordsTest {
    @Test
    void quotesAndBackslashesHoldAWordTogether() {
        assertThat(ShellWords.of(" a 'b c'\t\"d \\\" \\\\ \\x\" e\\ f g'h'\"i\" ''"))
                .isEqualTo(List.of("a", "b c", "d \" \\ \\x", "e f", "ghi", ""));
        assertThat(ShellWords.of(" \n ")).isEmpty();
    }

    @Test
    void jsonWhereAValueBeginsIsOneWordWithItsQuotesAndBlanks() {
        assertThat(ShellWords.of("--overrides={\"a\": \"} \\\" {\", \"b\": {}} {\"c\": 1} x{y}"))
                .isEqualTo(List.of("--overrides={\"a\": \"} \\\" {\", \"b\": {}}", "{\"c\": 1}", "x{y}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a 'b | a quote ' is not closed",
                "a \"b | a quote \" is not closed",
                "a \"b\\ | a quote \" is not closed",
                "a\\ | it ends with a backslash",
                "--x={\"a\": 1 | a brace { is not closed",
                "{\"a\\ | a brace { is not closed",
            })
    void whatIsNotClosedIsNamed(String text, String problem) {
        assertThatThrownBy(() -> ShellWords.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(problem);
    }
}
