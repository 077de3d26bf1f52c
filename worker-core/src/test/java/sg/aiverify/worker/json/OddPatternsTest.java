package sg.aiverify.worker.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OddPatternsTest {
    private static boolean isValid(String schema, String value) throws Exception {
        return JsonSchemaValidator.of(StrictJson.parse(schema), () -> {})
                .violations(StrictJson.parse(value))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"pattern\": \"(?P<n>a)\\\\Z\"} | \"ba\" | true",
                "{\"pattern\": \"(?P<n>a)\\\\Z\"} | \"ab\" | false",
                "{\"pattern\": \"a\"} | 5 | true",
                "{\"patternProperties\": {\"^a\": false}} | {\"b\": 1} | true",
                "{\"patternProperties\": {\"^a\": false}} | {\"ab\": 1} | false",
            })
    void patternsMatchAsInPython(String schema, String value, boolean valid) throws Exception {
        assertThat(isValid(schema, value)).isEqualTo(valid);
    }

    @Test
    void aPatternThatGoesTooDeepMakesTheSchemaTooCostly() throws Exception {
        JsonSchemaValidator validator =
                JsonSchemaValidator.of(StrictJson.parse("{\"pattern\": \"^(a|b)*$\"}"), () -> {});

        assertThatThrownBy(() -> validator.violations(StrictJson.parse("\"" + "ab".repeat(200_000) + "\"")))
                .isInstanceOf(InvalidSchemaException.class);
    }
}
