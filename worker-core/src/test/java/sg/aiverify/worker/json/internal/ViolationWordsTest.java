package sg.aiverify.worker.json.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The message of each violation, with the value and the allowed ones. */
class ViolationWordsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"multipleOf\": 3} | 7 | 7 is not a multiple of 3",
                "{\"maximum\": 3} | 7 | 7 is greater than the maximum of 3",
                "{\"exclusiveMaximum\": 7} | 7 | 7 is greater than or equal to the maximum of 7",
                "{\"minimum\": 9} | 7 | 7 is less than the minimum of 9",
                "{\"exclusiveMinimum\": 7} | 7 | 7 is less than or equal to the minimum of 7",
                "{\"maxLength\": 1} | \"abc\" | 'abc' is too long, at most 1 characters are allowed",
                "{\"minLength\": 5} | \"abc\" | 'abc' is too short, at least 5 characters are required",
                "{\"pattern\": \"^x\"} | \"abc\" | 'abc' does not match '^x'",
                "{\"maxItems\": 1} | [1,2] | [1,2] is too long, at most 1 items are allowed",
                "{\"minItems\": 3} | [1,2] | [1,2] is too short, at least 3 items are required",
                "{\"uniqueItems\": true} | [1,1] | [1,1] has non-unique elements",
                "{\"contains\": {\"const\": 5}} | [1] | [1] does not contain items matching the given schema",
                "{\"contains\": true, \"minContains\": 2} | [1] | has too few items matching the given schema",
                "{\"contains\": true, \"maxContains\": 1} | [1,2] | has too many items matching the given schema",
                "{\"maxProperties\": 0} | {\"a\":1} | {\"a\":1} has too many properties, at most 0 are allowed",
                "{\"minProperties\": 2} | {\"a\":1} | {\"a\":1} has too few properties, at least 2 are required",
                "{\"dependentRequired\": {\"a\": [\"b\"]}} | {\"a\":1} | a property requires other properties, which",
                "{\"const\": 1} | 2 | 2 is not 1",
                "{\"enum\": [1, \"x\"]} | 2 | 2 is not one of ",
                "{\"type\": \"null\"} | 2 | 2 is not of type null",
                "{\"anyOf\": [false, false]} | 2 | is not",
                "{\"oneOf\": [true, true]} | 2 | 2 is not valid under exactly one of the given schemas",
                "{\"not\": true} | 2 | 2 should not be valid under the given schema",
                "{\"properties\": {\"a\": false}} | {\"a\":1} | a: is not allowed here",
                "{\"properties\": {\"a\": {\"items\": {\"maximum\": 1}}}} | {\"a\":[0,2]} | a[1]: 2 is greater",
            })
    void aViolationNamesTheValueAndWhatIsAllowed(String schema, String value, String words) throws Exception {
        JsonElement instance = StrictJson.parse(value);

        assertThat(JsonSchemaValidator.of(StrictJson.parse(schema), () -> {}).violations(instance))
                .isNotEmpty()
                .anySatisfy(violation -> assertThat(violation).contains(words));
    }
}
