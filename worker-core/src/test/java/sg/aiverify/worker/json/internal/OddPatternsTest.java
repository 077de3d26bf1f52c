package sg.aiverify.worker.json.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
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

    /** A schema of 4 MiB can contain a hundred thousand of them. */
    @Test
    void manyPatternsThatCannotBeReadAreOneWarning() throws Exception {
        List<String> warnings = new CopyOnWriteArrayList<>();
        Logger logger = (Logger) LogManager.getLogger(GuardedPattern.class);
        Level before = logger.getLevel();
        AbstractAppender appender = new AbstractAppender("warnings", null, null, false, Property.EMPTY_ARRAY) {
            @Override
            public void append(LogEvent event) {
                warnings.add(event.getMessage().getFormattedMessage());
            }
        };
        appender.start();
        logger.addAppender(appender);
        logger.setLevel(Level.WARN); // adding an appender resets the level
        try {
            assertThat(isValid(
                            "{\"allOf\": [{\"pattern\": \"(a\"}, {\"pattern\": \"(b\"}, {\"pattern\": \"(c\"}]}",
                            "\"x\""))
                    .isTrue();
        } finally {
            logger.removeAppender(appender);
            logger.setLevel(before);
        }
        assertThat(warnings).hasSize(1);
    }

    @Test
    void aPatternThatGoesTooDeepMakesTheSchemaTooCostly() throws Exception {
        JsonSchemaValidator validator =
                JsonSchemaValidator.of(StrictJson.parse("{\"pattern\": \"^(a|b)*$\"}"), () -> {});

        assertThatThrownBy(() -> validator.violations(StrictJson.parse("\"" + "ab".repeat(200_000) + "\"")))
                .isInstanceOf(InvalidSchemaException.class);
    }
}
