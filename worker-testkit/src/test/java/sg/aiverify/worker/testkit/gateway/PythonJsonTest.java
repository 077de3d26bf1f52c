package sg.aiverify.worker.testkit.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PythonJsonTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\": [1, 1.0, -0.5, 1e5, true, false, null], \"b\": {}, \"c\": []}",
                "[NaN, Infinity, -Infinity]",
                "\"\\\" \\\\ \\n \\r \\t \\b \\f \\u0001 \\u00e9 \\ud83d\\ude00 \\u007f\"",
            })
    void whatPythonWritesIsReadAndWrittenAlike(String text) throws Exception {
        assertThat(PythonJson.write(PythonJson.read(text))).isEqualTo(text);
    }

    @Test
    void aByteOrderMarkIsSkipped() throws Exception {
        assertThat(PythonJson.write(PythonJson.read("\ufeff{}".getBytes(StandardCharsets.UTF_8))))
                .isEqualTo("{}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{} {}", "{'a': 1}", "[1,]", "nul"})
    void whatPythonRefusesIsMalformed(String text) {
        assertThatThrownBy(() -> PythonJson.read(text)).isInstanceOf(PythonJson.Malformed.class);
    }

    @ParameterizedTest
    @CsvSource({"1,true,true,false", "1.0,false,true,false", "NaN,false,true,true", "true,false,false,false"})
    void numbersAreKnown(String text, boolean integer, boolean number, boolean infinite) throws Exception {
        var value = PythonJson.read(text);

        assertThat(PythonJson.isInteger(value)).isEqualTo(integer);
        assertThat(PythonJson.isNumber(value)).isEqualTo(number);
        assertThat(PythonJson.isNotFinite(value)).isEqualTo(infinite);
        assertThat(PythonJson.isString(value)).isFalse();
    }
}
