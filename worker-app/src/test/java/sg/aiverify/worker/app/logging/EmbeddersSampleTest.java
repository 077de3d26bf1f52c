package sg.aiverify.worker.app.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.Layout;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.config.xml.XmlConfiguration;
import org.apache.logging.log4j.core.impl.ContextDataFactory;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.message.SimpleMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.app.terminal.Style;
import sg.aiverify.worker.config.internal.Secrets;
import sg.aiverify.worker.docs.Sample;

/** Compares the configuration that embedders copy with the log of the bundled app. */
class EmbeddersSampleTest {
    private static final Map<String, String> RUN = Map.of("run", "2b5c9d1e-3f4a-4b6c-8d7e-9f0a1b2c3d4e");

    private final Layout<?> app = new TextLayout(Style.PLAIN, false, Secrets.NONE);
    private final Layout<?> sample = sample();

    private static Layout<?> sample() {
        byte[] text = Sample.from("embedding.md", "log4j2").text().getBytes(StandardCharsets.UTF_8);
        try {
            Configuration configuration = new XmlConfiguration(
                    new LoggerContext("sample"), new ConfigurationSource(new ByteArrayInputStream(text)));
            configuration.initialize();
            return configuration.getAppender("stderr").getLayout();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String line(Layout<?> layout, String logger, String message, Map<String, String> context) {
        return String.valueOf(
                layout.toSerializable(event(logger, message, context).build()));
    }

    private static Log4jLogEvent.Builder event(String logger, String message, Map<String, String> context) {
        return Log4jLogEvent.newBuilder()
                .setLoggerName(logger)
                .setLevel(Level.WARN)
                .setMessage(new SimpleMessage(message))
                .setContextData(ContextDataFactory.createContextData(context))
                .setTimeMillis(1_764_500_000_000L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sg.aiverify.worker.Worker",
                "sg.aiverify.worker.engine.QueueHealth",
                "sg.aiverify.worker.queue.valkey.ConsumerGroup",
                "sg.aiverify.worker.pipelines.venv.VirtualEnvBuild",
                "sg.aiverify.worker.pipelines.docker.engine.DockerEngine",
                "redis.clients.jedis.Connection",
                "EmbeddedWorker"
            })
    void aLineHasTheRunAndThePartOfTheWorkerAsInTheApp(String logger) {
        for (Map<String, String> context : List.of(RUN, Map.<String, String>of())) {
            assertThat(line(sample, logger, "Hello", context)).isEqualTo(line(app, logger, "Hello", context));
        }
    }

    @Test
    void furtherLinesOfAMessageAreMarked() {
        String text = "It failed\nTraceback:\r\n  File x\n\nforged";

        assertThat(line(sample, "sg.aiverify.worker.Worker", text, Map.of())
                        .lines()
                        .skip(1))
                .containsExactly("    | Traceback:", "    |   File x", "    | ", "    | forged");
    }
}
