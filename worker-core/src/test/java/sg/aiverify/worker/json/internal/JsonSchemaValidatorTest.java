package sg.aiverify.worker.json.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonSchemaValidatorTest {
    private static List<String> violations(String schema, String instance)
            throws InvalidSchemaException, InvalidJsonException {
        return JsonSchemaValidator.of(StrictJson.parse(schema), () -> {}).violations(StrictJson.parse(instance));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"type\":\"integer\"} | 1.0",
                "{\"type\":\"number\"} | 1e300",
                "{\"format\":\"email\",\"type\":\"string\"} | \"no mail\"",
                "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"type\":\"string\"} | \"a\"",
                "{\"enum\":[1]} | 1.0",
                "{\"pattern\":\"(?P<a>x)\\\\Z\"} | \"x\"",
                "{\"$defs\":{\"m\":{\"type\":\"string\"}},\"$ref\":\"#/$defs/m\"} | \"a\"",
                "true | 5",
            })
    void acceptsWhatPythonAccepts(String schema, String instance) throws Exception {
        assertThat(violations(schema, instance)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"type\":\"integer\"} | 1.5 | 1.5 is not of type integer",
                "{\"properties\":{\"n\":{\"type\":\"integer\"}}} | {\"n\":\"x\"} | n: 'x' is not of type integer",
                "{\"properties\":{\"n\":{\"type\":[\"integer\",\"null\"]}}} | {\"n\":\"x\"} | n: 'x' is not of type integer, null",
                "{\"required\":[\"a\"]} | {} | a: required property is missing",
                "{\"properties\":{\"c\":{\"required\":[\"d\"]}}} | {\"c\":{}} | c.d: required property is missing",
                "{\"enum\":[\"x\",\"y\"]} | \"z\" | 'z' is not one of x, y",
                "{\"type\":\"string\",\"enum\":[\"x\",\"y\"]} | 7 | 7 is not one of x, y",
                "{\"additionalProperties\":false} | {\"z\":1} | z: is not allowed here",
                "{\"anyOf\":[{\"type\":\"string\"},{\"minimum\":3}]} | 1 | 1 is not valid under any of the given schemas",
                "{\"oneOf\":[{\"type\":\"integer\"},{\"minimum\":3}]} | 5 | 5 is not valid under exactly one of the given schemas",
                "{\"not\":{\"type\":\"integer\"}} | 5 | 5 should not be valid under the given schema",
                "{\"if\":{\"type\":\"integer\"},\"then\":{\"minimum\":9}} | 5 | 5 is less than the minimum of 9",
                "{\"items\":{\"maxLength\":2}} | [\"bbb\"] | [0]: 'bbb' is too long, at most 2 characters are allowed",
                "{\"properties\":{\"s\":{\"minItems\":1}}} | {\"s\":[]} | "
                        + "s: [] is too short, at least 1 items are required",
                "{\"pattern\":\"^a\"} | \"b\" | 'b' does not match '^a'",
                "{\"uniqueItems\":true} | [1,1] | [1,1] has non-unique elements",
                "{\"minimum\":9007199254740993} | 9007199254740992 | 9007199254740992 is less than the minimum of 9007199254740993",
                "{\"$schema\":\"http://example.com/s\",\"type\":\"string\"} | 1 | 1 is not of type string",
            })
    void reportsAViolationWithItsPath(String schema, String instance, String violation) throws Exception {
        assertThat(violations(schema, instance)).containsExactly(violation);
    }

    @Test
    void reportsTheTypeOfAValueThatLooksLikeAnAllowedOne() throws Exception {
        assertThat(violations("{\"type\":\"string\",\"enum\":[\"1\",\"2\"]}", "1"))
                .containsExactlyInAnyOrder("1 is not of type string", "1 is not one of 1, 2");
        assertThat(violations(
                        "{\"prefixItems\":[{\"enum\":[\"x\",\"y\"]}, {\"type\":\"string\"}], \"type\":\"array\"}",
                        "[7, 7]"))
                .containsExactlyInAnyOrder("[0]: 7 is not one of x, y", "[1]: 7 is not of type string");
    }

    @Test
    void reportsEveryViolation() throws Exception {
        assertThat(violations("{\"required\":[\"b\",\"a\"],\"properties\":{\"c\":{\"type\":\"null\"}}}", "{\"c\":1}"))
                .containsExactlyInAnyOrder(
                        "a: required property is missing",
                        "b: required property is missing",
                        "c: 1 is not of type null");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[] | it must be an object, but is an array",
                "{\"type\":\"nonsense\"} | type: 'nonsense' is not valid under any of the given schemas",
                "{\"required\":\"a\"} | required: 'a' is not of type array",
                "{\"$ref\":\"http://127.0.0.1:9/x\"} | it refers to http://127.0.0.1:9/x, which it does not contain",
                "{\"$ref\":\"file:///etc/passwd\"} | it refers to file:///etc/passwd, which it does not contain",
                "{\"$ref\":\"#\"} | it refers to itself endlessly",
            })
    void refusesASchemaThatIsNone(String schema, String problem) {
        assertThatThrownBy(() -> violations(schema, "1"))
                .isInstanceOf(InvalidSchemaException.class)
                .hasMessage(problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"items\":{\"pattern\":\"^(\\\\w+\\\\s?)*\\\\1b$\"}}",
                "{\"items\":{\"patternProperties\":{\"^(\\\\w+\\\\s?)*\\\\1b$\":{}}}}"
            })
    void givesUpAPatternThatHasNoEnd(String schema) throws Exception {
        String endless = "a".repeat(60) + "!";
        JsonArray instance = new JsonArray();
        instance.add(endless);
        instance.add(StrictJson.parse("{\"" + endless + "\": 1}"));
        JsonSchemaValidator validator = JsonSchemaValidator.of(StrictJson.parse(schema), () -> {});

        assertThatThrownBy(() -> validator.violations(instance))
                .isInstanceOf(InvalidSchemaException.class)
                .hasMessage("its pattern ^(\\w+\\s?)*\\1b$ takes more than 100000000 steps on the value");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"items\":{\"type\":\"string\"}} | checking it takes more than 32 MiB of memory",
                "{\"items\":{\"allOf\":[ALL]}} | checking it takes more than 10000000 steps",
            })
    void givesUpASchemaThatCostsTooMuch(String schema, String problem) throws Exception {
        String all = String.join(",", Collections.nCopies(100, "{\"type\":\"number\"}"));
        JsonArray instance = new JsonArray();
        for (int i = 0; i < 250_000; i++) {
            instance.add(0);
        }
        JsonSchemaValidator validator = JsonSchemaValidator.of(StrictJson.parse(schema.replace("ALL", all)), () -> {});

        assertThatThrownBy(() -> validator.violations(instance))
                .isInstanceOfSatisfying(
                        InvalidSchemaException.class,
                        e -> assertThat(e.isTooCostly()).isTrue())
                .hasMessage(problem);
    }

    @Tag("slow")
    @Test
    void hasOneBudgetForAllValues() throws Exception {
        String all = String.join(",", Collections.nCopies(100, "{\"type\":\"number\"}"));
        JsonSchemaValidator validator =
                JsonSchemaValidator.of(StrictJson.parse("{\"items\":{\"allOf\":[ALL]}}".replace("ALL", all)), () -> {});
        JsonArray instance = new JsonArray();
        for (int i = 0; i < 20_000; i++) {
            instance.add(0);
        }

        assertThat(validator.violations(instance)).isEmpty();
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 10; i++) {
                        validator.violations(instance);
                    }
                })
                .hasMessage("checking it takes more than 10000000 steps");
    }

    @Test
    void namesNoMoreViolationsThanAnybodyReads() throws Exception {
        JsonArray instance = new JsonArray();
        for (int i = 0; i < 5_000; i++) {
            instance.add(i);
        }

        assertThat(JsonSchemaValidator.of(StrictJson.parse("{\"items\":{\"type\":\"string\"}}"), () -> {})
                        .violations(instance))
                .hasSize(1000);
    }

    @Test
    void describesAValueThatIsTooLongToBeShown() throws Exception {
        String text = "x".repeat(101);

        assertThat(violations("{\"type\":\"null\"}", "\"" + text + "\""))
                .containsExactly("a string of 101 characters is not of type null");
        assertThat(violations("{\"type\":\"null\"}", "[\"" + text + "\"]"))
                .containsExactly("an array of 1 items is not of type null");
        assertThat(violations("{\"type\":\"null\"}", "{\"a\":\"" + text + "\"}"))
                .containsExactly("an object of 1 properties is not of type null");
        assertThat(violations("{\"enum\":[\"" + text + "\", \"b\"]}", "1"))
                .containsExactly("1 is not one of (of 101 characters), b");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"enum\":[1.50]} | 1.5 | true",
                "{\"const\":{\"a\":1,\"b\":[2]}} | {\"b\":[2.0],\"a\":1.0} | true",
                "{\"const\":{\"a\":1}} | {\"a\":2} | false",
                "{\"const\":1} | true | false",
                "{\"const\":0} | -0.0 | true",
                "{\"const\":\"1\"} | 1 | false",
                "{\"const\":null} | null | true",
                "{\"uniqueItems\":true} | [1,1.0] | false",
                "{\"uniqueItems\":true} | [1,true,\"1\",null,[1],{\"a\":1}] | true",
                "{\"uniqueItems\":true} | [{\"a\":1,\"b\":2},{\"b\":2,\"a\":1.0}] | false",
                "{\"uniqueItems\":true} | [[\"a\",\"b\"],[\"as1:b\"]] | true",
                "{\"uniqueItems\":false} | [1,1] | true",
                "{\"$schema\":\"http://json-schema.org/draft-04/schema#\",\"const\":1} | 2 | true",
            })
    void comparesValuesAsJsonSchemaDoes(String schema, String instance, boolean valid) throws Exception {
        assertThat(violations(schema, instance).isEmpty()).isEqualTo(valid);
    }

    @Test
    void anEmbeddedSchemaOfAnotherDraftIsCheckedByItsOwn() throws Exception {
        String schema = """
                {"properties": {"a": {"$id": "https://x.invalid/a", "$schema": "http://json-schema.org/draft-07/schema#",
                  "dependencies": {"b": ["c"]}}}}
                """;

        assertThat(violations(schema, "{\"a\":{\"b\":1}}")).hasSize(1);
        assertThat(violations(schema, "{\"a\":{\"b\":1,\"c\":1}}")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "NaN, number, ''",
        "Infinity, number, '[0]: Infinity is greater than the maximum of 3'",
        "-Infinity, number, '[0]: -Infinity is less than the minimum of 2'",
        "NaN, integer, '[0]: NaN is not of type integer'",
    })
    void takesTheNumbersThatOnlyPythonWritesAsPythonDoes(double number, String type, String violation)
            throws Exception {
        JsonArray instance = new JsonArray();
        instance.add(number);
        String schema = "{\"items\":{\"type\":\"%s\",\"minimum\":2,\"maximum\":3}}".formatted(type);

        List<String> violations =
                JsonSchemaValidator.of(StrictJson.parse(schema), () -> {}).violations(instance);

        assertThat(String.join("; ", violations)).isEqualTo(violation);
    }
}
