package sg.aiverify.worker.json.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonTest {
    @TempDir
    Path directory;

    private Path file(byte[] content) throws IOException {
        return Files.write(directory.resolve("file.json"), content);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "1.0",
                "1E+2",
                "-0.0",
                "12345678901234567890123456789",
                "9223372036854775808",
                "0.10000000000000000001",
                "{\"a\":[true,false,null,\"é\\\"\"]}",
                "[]"
            })
    void givesBackWhatItRead(String json) throws Exception {
        assertThat(StrictJson.parse(json)).hasToString(json);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e309", "-1e400", "1e-3000", "0e999999999", "1e99999999999", "1e-2147483649"})
    void refusesANumberThatNoDoubleHolds(String json) {
        assertThatThrownBy(() -> StrictJson.parse(json)).isInstanceOf(InvalidJsonException.class);
    }

    @Test
    void saysWhereTheMistakeIs() {
        assertThatThrownBy(() -> StrictJson.parse("{\n \"a\": x}"))
                .isInstanceOf(InvalidJsonException.class)
                .hasMessageContaining("(line 2, column ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "not json | 'not' is not a value; allowed: an object, an array, a string in double quotes, a number, true,"
                        + " false, null (line 1, column 1)",
                "[NaN] | 'NaN' is not a value; allowed: an object",
                "{\"a\1\": 1} | a string contains the control character with code 1; write it as \\u0001 (line",
                "{a: 1} | unexpected character 'a': expected double-quote",
                "{\"a\": } | unexpected character '}': expected a value",
                "[1 2] | unexpected character '2': expected comma",
                "{\"a\": [ | it ends too early (line 1, column",
                "{\"a\": \"b | a string is not closed (line 1, column",
                "{\"a\": \"b\tc\"} | a string contains the control character with code 9; write it as \\u0009 (line",
            })
    void saysAMistakeInPlainWords(String json, String words) {
        assertThatThrownBy(() -> StrictJson.parse(json))
                .hasMessageStartingWith(words)
                .satisfies(e -> assertThat(e.getMessage())
                        .doesNotContain("JSON String", "(code", "CTRL", "was expecting", "end-of-input", "enable")
                        .containsPattern("\\(line 1, column \\d+\\)$"));
    }

    @Test
    void saysInWhichLineAStringIsNotClosed() {
        for (String end : List.of("\n", "\r\n")) {
            assertThatThrownBy(() -> StrictJson.parse(
                            "{" + end + "  \"cid\": \"hit_rate," + end + "  \"gid\": \"g\"" + end + "}"))
                    .hasMessageStartingWith("a string is not closed (line 2, column ");
        }
    }

    @Test
    void refusesAFileThatIsTooLarge() throws IOException {
        Path file = file("[1,2]".getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> StrictJson.parse(file, 4))
                .isInstanceOf(InvalidJsonException.class)
                .hasMessage("it is larger than 4 bytes");
        assertThat(file).isNotEmptyFile();
    }

    @Test
    void readsAFileThatIsJustSmallEnough() throws Exception {
        assertThat(StrictJson.parse(file("[1,2]".getBytes(StandardCharsets.UTF_8)), 5))
                .hasToString("[1,2]");
    }

    @Test
    void refusesADocumentOfTooManyValues() {
        assertThatThrownBy(() -> StrictJson.parse("[" + "0,".repeat(StrictJson.MAX_TOKENS) + "0]"))
                .isInstanceOfSatisfying(
                        InvalidJsonException.class,
                        e -> assertThat(e.isBeyondLimit()).isTrue())
                .hasMessageStartingWith("Token count (400001) exceeds the maximum allowed (400000)");
    }

    @Test
    void refusesBytesThatAreNoUtf8() throws IOException {
        Path file = file(new byte[] {'"', (byte) 0xe9, '"'});

        assertThatThrownBy(() -> StrictJson.parse(file, 100))
                .isInstanceOf(InvalidJsonException.class)
                .hasMessage("it is not in UTF-8");
    }

    @Test
    void namesUtf16() throws IOException {
        for (Charset charset : List.of(StandardCharsets.UTF_16BE, StandardCharsets.UTF_16LE)) {
            Path file = file("\uFEFF{}".getBytes(charset));
            assertThatThrownBy(() -> StrictJson.parse(file, 100))
                    .isInstanceOf(InvalidJsonException.class)
                    .hasMessage("it is in UTF-16; allowed: UTF-8");
        }
    }

    @Test
    void skipsAByteOrderMark() throws Exception {
        assertThat(StrictJson.parse(file("\uFEFF{}".getBytes(StandardCharsets.UTF_8)), 100))
                .hasToString("{}");
    }

    @ParameterizedTest
    @CsvSource({"NaN, NaN", "Infinity, Infinity", "-Infinity, -Infinity"})
    void acceptsThePythonTokensOnlyInFilesFromPython(String token, Double number) throws Exception {
        Path file = file(token.getBytes(StandardCharsets.UTF_8));

        assertThat(StrictJson.parseFromPython(file, 100).getAsDouble()).isEqualTo(number);
        assertThatThrownBy(() -> StrictJson.parse(file, 100)).isInstanceOf(InvalidJsonException.class);
    }
}
