package sg.aiverify.worker.json.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Schemas and values that would take the library hours or gigabytes, each by a keyword with a hidden cost. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CostlySchemasTest {
    private static final String STEPS = "checking it takes more than 10000000 steps";
    private static final String MEMORY = "checking it takes more than 32 MiB of memory";

    private static final class StoppedException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** Schemas and values whose check ends at a limit. */
    static Stream<Arguments> endless() {
        String collisions = array(1 << 13, i -> "\"" + colliding(i, 13) + "\"");
        String numbers = array(50_000, String::valueOf);
        return Stream.of(
                Arguments.of("uniqueItems over equal hashes", allOf(2000, "{\"uniqueItems\":true}"), collisions, STEPS),
                Arguments.of("const of a large value", allOf(1400, "{\"not\":{\"const\":[1]}}"), collisions, STEPS),
                Arguments.of(
                        "references that double",
                        "{\"$ref\":\"#/$defs/d0\",\"$defs\":{%s,\"d40\":true}}"
                                .formatted(joined(
                                        40,
                                        i ->
                                                "\"d%d\":{\"allOf\":[{\"$ref\":\"#/$defs/d%d\"},{\"$ref\":\"#/$defs/d%d\"}]}"
                                                        .formatted(i, i + 1, i + 1))),
                        "1",
                        STEPS),
                Arguments.of("contains of everything", allOf(2000, "{\"contains\":true}"), numbers, MEMORY),
                Arguments.of(
                        "unions of false",
                        "{\"items\":{\"allOf\":%s}}".formatted(array(2000, i -> "false")),
                        array(2000, String::valueOf),
                        MEMORY),
                Arguments.of(
                        "names by unions of false",
                        "{\"propertyNames\":{\"allOf\":%s}}".formatted(array(2000, i -> "false")),
                        "{%s}".formatted(joined(2000, i -> "\"p%d\":1".formatted(i))),
                        MEMORY),
                Arguments.of(
                        "properties by many patterns that are false",
                        "{\"patternProperties\":{%s}}".formatted(joined(100, i -> "\"|%d\":false".formatted(i))),
                        "{%s}".formatted(joined(5000, i -> "\"p%d\":1".formatted(i))),
                        MEMORY),
                Arguments.of(
                        "choices of true",
                        "{\"items\":{\"oneOf\":%s}}".formatted(array(2000, i -> "true")),
                        array(1000, String::valueOf),
                        MEMORY),
                Arguments.of(
                        "many dependent names",
                        "{\"items\":{\"dependentRequired\":{\"a\":%s}}}"
                                .formatted(array(4000, i -> "\"n%d\"".formatted(i))),
                        array(500, i -> "{\"a\":1}"),
                        MEMORY),
                Arguments.of(
                        "a long required name",
                        "{\"items\":{\"required\":[\"%s\"]}}".formatted("n".repeat(200_000)),
                        array(500, i -> "{}"),
                        MEMORY),
                Arguments.of(
                        "words of many failures",
                        "{\"items\":{\"enum\":%s}}".formatted(array(50, i -> "\"%d%s\"".formatted(i, "e".repeat(98)))),
                        array(20_000, String::valueOf),
                        MEMORY),
                Arguments.of(
                        "long names with a dependency that is false",
                        allOf(
                                1500,
                                "{\"$ref\":\"#/$defs/d\"}",
                                "\"$defs\":{\"d\":{\"dependentSchemas\":{\"%s\":false}}}"
                                        .formatted("n".repeat(40_000))),
                        "{\"%s\":1}".formatted("n".repeat(40_000)),
                        MEMORY),
                Arguments.of(
                        "a pattern that looks behind without a look at the text",
                        "{\"pattern\":\"(?<=\\\\z(?:b|%s))x\"}".formatted("a".repeat(8000)),
                        "\"%s\"".formatted("a".repeat(200_000)),
                        "its pattern (of 8014 characters) takes more than 100000000 steps on the value"),
                Arguments.of(
                        "names by a pattern that cannot be read",
                        "{\"patternProperties\":{\"(?<n>a)(?<n>b)\":{}}}",
                        "{}",
                        "its pattern (?<n>a)(?<n>b) under patternProperties cannot be compiled in Java:"
                                + " Named capturing group <n> is already defined"),
                Arguments.of("items that are all true", allOf(2000, "{\"items\":true}"), numbers, MEMORY),
                Arguments.of(
                        "unions of true",
                        "{\"items\":{\"anyOf\":%s}}".formatted(array(5000, i -> "true")),
                        numbers,
                        STEPS),
                Arguments.of(
                        "unknown keywords",
                        "{\"items\":{%s}}".formatted(joined(5000, i -> "\"x%d\":[]".formatted(i))),
                        numbers,
                        STEPS),
                Arguments.of(
                        "required names",
                        allOf(
                                1500,
                                "{\"$ref\":\"#/$defs/r\"}",
                                "\"$defs\":{\"r\":{\"required\":%s}}"
                                        .formatted(array(20_000, i -> "\"p%d\"".formatted(i)))),
                        "{}",
                        MEMORY),
                Arguments.of(
                        "unevaluated properties after many annotations",
                        "{\"allOf\":%s,\"unevaluatedProperties\":false}"
                                .formatted(array(
                                        1500, i -> "{\"properties\":{\"a\":true},\"unevaluatedProperties\":true}")),
                        "{\"a\":1}",
                        null),
                Arguments.of(
                        "remainders of long numbers",
                        "{\"items\":%s}".formatted(allOf(1000, "{\"multipleOf\":1e-1900}")),
                        array(2000, i -> "1e" + (100 + i % 200)),
                        STEPS),
                Arguments.of(
                        "long names above many values",
                        "true",
                        "{\"%s\":%s}".formatted("n".repeat(40_000), array(50_000, i -> "[]")),
                        null),
                Arguments.of(
                        "failures below a long name",
                        "{\"additionalProperties\":{\"items\":false}}",
                        "{\"%s\":%s}".formatted("n".repeat(40_000), array(5_000, i -> "1")),
                        MEMORY),
                Arguments.of(
                        "a pattern that goes through empty choices",
                        "{\"pattern\":\"%s(?!)\"}".formatted("(?:)?".repeat(60)),
                        "\"\"",
                        "its pattern (of 304 characters) takes more than 100000000 steps on the value"),
                Arguments.of(
                        "a pattern that repeats nothing",
                        "{\"pattern\":\"(?:(?:){900000000}){900000000}\"}",
                        "\"a\"",
                        "its pattern (?:(?:){900000000}){900000000} takes more than 100000000 steps on the value"),
                Arguments.of(
                        "names by a pattern that goes through empty choices",
                        "{\"patternProperties\":{\"%s(?!)\":{}}}".formatted("(?:)?".repeat(60)),
                        "{\"a\":1}",
                        "its pattern (of 304 characters) takes more than 100000000 steps on the value"),
                Arguments.of(
                        "names by a pattern of unknown cost",
                        "{\"patternProperties\":{\"[[a]]\":{}}}",
                        "{}",
                        "its pattern [[a]] under patternProperties has parts of unknown cost"),
                Arguments.of(
                        "names by a pattern, many times",
                        allOf(
                                1500,
                                "{\"$ref\":\"#/$defs/p\"}",
                                "\"$defs\":{\"p\":{\"patternProperties\":{\"^(a|a)*b$\":{}}}}"),
                        "{\"%s\":1}".formatted("a".repeat(14)),
                        null));
    }

    /** Schemas that are refused, or checked in time, without a large value. */
    static Stream<Arguments> endlessAlone() {
        return Stream.of(
                Arguments.of("many subschemas", "{\"allOf\":%s}".formatted(array(100_000, i -> "{}")), MEMORY),
                Arguments.of(
                        "a long name above many subschemas",
                        "{\"$defs\":{\"%s\":{\"allOf\":%s}}}".formatted("n".repeat(40_000), array(2000, i -> "{}")),
                        MEMORY),
                Arguments.of(
                        "many schemas with an address",
                        "{\"$defs\":{%s}}"
                                .formatted(joined(
                                        30_000, i -> "\"d%d\":{\"$id\":\"https://x.invalid/%d\"}".formatted(i, i))),
                        STEPS),
                Arguments.of(
                        "addresses within addresses",
                        nested(
                                90,
                                i -> "{\"$id\":\"https://x.invalid/%d\",\"not\":".formatted(i),
                                "{\"allOf\":%s}".formatted(array(3000, i -> "true")),
                                "}"),
                        MEMORY),
                Arguments.of(
                        "a long address",
                        "{\"$id\":\"https://x.invalid/%s\",\"allOf\":%s}"
                                .formatted("i".repeat(100_000), array(1000, i -> "{}")),
                        MEMORY));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("endless")
    void endsAtALimit(String name, String schema, String value, String problem) throws Exception {
        JsonSchemaValidator[] made = new JsonSchemaValidator[1];
        if (problem == null) {
            JsonSchemaValidator.of(StrictJson.parse(schema), () -> {}).violations(StrictJson.parse(value));
            return;
        }
        assertThatThrownBy(() -> {
                    made[0] = JsonSchemaValidator.of(StrictJson.parse(schema), () -> {});
                    made[0].violations(StrictJson.parse(value));
                })
                .isInstanceOfSatisfying(
                        InvalidSchemaException.class,
                        e -> assertThat(e.isTooCostly()).isTrue())
                .hasMessage(problem);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("endlessAlone")
    void endsAtALimitBeforeThereIsAValue(String name, String schema, String problem) {
        assertThatThrownBy(() -> JsonSchemaValidator.of(StrictJson.parse(schema), () -> {}))
                .isInstanceOfSatisfying(
                        InvalidSchemaException.class,
                        e -> assertThat(e.isTooCostly()).isTrue())
                .hasMessage(problem);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("endless")
    void endsAtItsCheckpoint(String name, String schema, String value, String problem) throws Exception {
        int[] calls = {0};
        Runnable checkpoint = () -> {
            if (++calls[0] > 3) {
                throw new StoppedException();
            }
        };
        try {
            JsonSchemaValidator.of(StrictJson.parse(schema), checkpoint).violations(StrictJson.parse(value));
        } catch (InvalidSchemaException e) {
            assertThat(calls[0]).as("ended before the checkpoint stopped it").isLessThanOrEqualTo(3);
        } catch (StoppedException e) {
            // One more call if the library has wrapped the exception.
            assertThat(calls[0]).isBetween(4, 5);
        }
    }

    @Test
    void aCancelComesThroughTheLibraryAsItIs() throws Exception {
        String schema = allOf(2000, "{\"uniqueItems\":true}");
        String value = array(1 << 12, i -> "\"" + colliding(i, 12) + "\"");

        assertThatThrownBy(() -> JsonSchemaValidator.of(StrictJson.parse(schema), () -> {
                    throw new StoppedException();
                }))
                .isInstanceOf(StoppedException.class);
        boolean[] stop = {false};
        JsonSchemaValidator validator = JsonSchemaValidator.of(StrictJson.parse(schema), () -> {
            if (stop[0]) {
                throw new StoppedException();
            }
        });
        stop[0] = true;
        assertThatThrownBy(() -> validator.violations(StrictJson.parse(value))).isInstanceOf(StoppedException.class);
    }

    @Test
    void manyTextsWithEqualHashesAreFast() throws Exception {
        String texts = array(1 << 14, i -> "\"" + colliding(i, 14) + "\"");

        assertThat(violations(allOf(20, "{\"uniqueItems\":true}"), texts)).isEmpty();
        assertThat(violations("{\"items\":{\"enum\":%s}}".formatted(texts), texts))
                .isEmpty();
    }

    /** Java tries every width at each character, and does not read the text to find that nothing begins there. */
    @Test
    void aPatternThatLooksBehindOverAnyWidthIsNotTried() throws Exception {
        String text = "\"%s\"".formatted("a".repeat(1_000_000));

        assertThat(violations("{\"pattern\":\"(?<=\\\\za{0,9999999})x\"}", text))
                .isEmpty();
        assertThat(violations("{\"pattern\":\"(?<=b|a)x\"}", text)).hasSize(1);
        // Java fails on this expression at the end of a text; Python does not know it.
        assertThat(violations("{\"pattern\":\"a\\\\b{g}x\"}", "\"a\"")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"items\":{\"required\":[\"%s\"]}}",
                "{\"items\":{\"dependentRequired\":{\"a\":[\"%s\"]}}}",
                "{\"items\":{\"$ref\":\"#/%s\"}}"
            })
    void namesInMessagesAreShort(String schema) throws Exception {
        String message;
        try {
            message = String.join("\n", violations(schema.formatted("n".repeat(40_000)), "[{\"a\":1}]"));
        } catch (InvalidSchemaException e) {
            message = String.valueOf(e.getMessage());
        }
        assertThat(message).isNotEmpty().hasSizeLessThan(200);
    }

    @Test
    void whatTheSchemaSaysIsNoPlaceForTheValue() throws Exception {
        String nothing = "\\u0000".repeat(90);

        assertThat(violations("{\"enum\":%s}".formatted(array(50, i -> "\"%d%s\"".formatted(i, nothing))), "\"value\""))
                .singleElement()
                .satisfies(line -> assertThat(line.split("value", -1)).hasSize(2));
    }

    @Test
    void namesWithADependencyAreNotListed() throws Exception {
        String name = "n".repeat(40_000);

        assertThat(violations(
                        "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"dependencies\":{\"%s\":{\"required\":[\"b\"]}}}"
                                .formatted(name),
                        "{\"%s\":1}".formatted(name)))
                .containsExactlyInAnyOrder(
                        "b: required property is missing",
                        "does not match the schema that one of its properties requires");
    }

    @Test
    void aSchemaLikeOthersStaysFarBelowItsLimits() throws Exception {
        String schema =
                "{\"type\":\"object\",\"title\":\"t\",\"properties\":{%s},\"required\":[\"p0\"],\"additionalProperties\":false}"
                        .formatted(joined(
                                300,
                                i ->
                                        "\"p%d\":{\"title\":\"P\",\"description\":\"d\",\"type\":\"array\",\"items\":{\"type\":\"number\",\"minimum\":0}}"
                                                .formatted(i)));
        String value = "{%s}".formatted(joined(300, i -> "\"p%d\":%s".formatted(i, array(500, String::valueOf))));

        assertThat(violations(schema, value)).isEmpty();
    }

    private static List<String> violations(String schema, String value) throws Exception {
        return JsonSchemaValidator.of(StrictJson.parse(schema), () -> {}).violations(StrictJson.parse(value));
    }

    private static String allOf(int times, String schema) {
        return "{\"allOf\":[%s]}".formatted(String.join(",", Collections.nCopies(times, schema)));
    }

    private static String allOf(int times, String schema, String more) {
        return "{\"allOf\":[%s],%s}".formatted(String.join(",", Collections.nCopies(times, schema)), more);
    }

    private static String array(int size, IntFunction<String> item) {
        return "[" + joined(size, item) + "]";
    }

    private static String joined(int size, IntFunction<String> item) {
        return IntStream.range(0, size).mapToObj(item).collect(Collectors.joining(","));
    }

    private static String nested(int depth, IntFunction<String> begin, String inner, String end) {
        return IntStream.range(0, depth).mapToObj(begin).collect(Collectors.joining()) + inner + end.repeat(depth);
    }

    /** Returns one of many texts with the same hash. */
    private static String colliding(int number, int pairs) {
        return IntStream.range(0, pairs)
                .mapToObj(bit -> (number >> bit & 1) == 0 ? "Aa" : "BB")
                .collect(Collectors.joining());
    }
}
