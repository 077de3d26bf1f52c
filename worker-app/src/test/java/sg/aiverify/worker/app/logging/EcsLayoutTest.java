package sg.aiverify.worker.app.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.logging.log4j.CloseableThreadContext;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.app.terminal.Style;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.config.internal.Secrets;

/** Lines for log stores; {@link EcsLines} has the fields and their source. */
class EcsLayoutTest {
    private static final Logger log = LogManager.getLogger(EcsLayoutTest.class);

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @BeforeEach
    void start() {
        WorkerLogging.start(Settings.of(Map.of("TEWORKER_LOG_FORMAT", "ecs")), written, Style.PLAIN, Secrets.NONE);
    }

    @AfterEach
    void backToQuiet() {
        WorkerLogging.start(
                Settings.of(Map.of("TEWORKER_LOG_LEVEL", "critical")), System.err, Style.PLAIN, Secrets.NONE);
    }

    @Test
    void aPlainLineHasTheFieldsOfEveryLineAndTheWorkersNameOnceItIsKnown() {
        WorkerLogging.name("aiverify-worker-7");
        log.info("Hello");

        assertThat(event())
                .containsOnlyKeys(
                        "@timestamp",
                        "message",
                        "ecs.version",
                        "log.level",
                        "log.logger",
                        "process.thread.name",
                        "service.name",
                        "service.node.name")
                .containsEntry("message", "Hello")
                .containsEntry("log.level", "INFO")
                .containsEntry("log.logger", EcsLayoutTest.class.getName())
                .containsEntry("service.node.name", "aiverify-worker-7");
    }

    @Test
    void aLineOfARunHasItsIdAmongTheLabels() {
        try (var context = CloseableThreadContext.put("run", "run-2")) {
            log.warn("It \"broke\"\nbadly");
        }

        assertThat(event())
                .containsEntry("labels.run", "run-2")
                .containsEntry("message", "It \"broke\"\nbadly")
                .doesNotContainKey("error.type");
    }

    @Test
    void anExceptionIsAnErrorWithItsStackTrace() {
        log.error("It broke", new IllegalStateException("why"));

        assertThat(event())
                .containsEntry("message", "It broke")
                .containsEntry("error.type", "java.lang.IllegalStateException")
                .containsEntry("error.message", "why")
                .hasEntrySatisfying(
                        "error.stack_trace",
                        trace -> assertThat(trace)
                                .startsWith("java.lang.IllegalStateException: why")
                                .contains("\tat " + EcsLayoutTest.class.getName()));
    }

    @Test
    void theTracebackOfAFailedRunIsAnErrorInTheSameEvent() {
        String traceback = """
                Traceback (most recent call last):
                  File "mine/algo.py", line 7, in generate
                    return values["a"]
                           ~~~~~~^^^^^
                KeyError: 'a'

                During handling of the above exception, another exception occurred:

                Traceback (most recent call last):
                  File "mine/algo.py", line 9, in generate
                    raise mine.MyError("no: a") from None
                mine.MyError: no: a""";
        log.warn(
                "Failed after 1.0 s: mine.MyError: no: a\n{}\nthe last line\nTraceback (most recent call last):",
                traceback);

        assertThat(event())
                .containsEntry(
                        "message",
                        "Failed after 1.0 s: mine.MyError: no: a\nthe last line\n"
                                + "Traceback (most recent call last):")
                .containsEntry("error.type", "mine.MyError")
                .containsEntry("error.message", "no: a")
                .containsEntry("error.stack_trace", traceback);
    }

    @Test
    void anExceptionOfSeveralLinesIsAnErrorAsAWhole() {
        String traceback = """
                Traceback (most recent call last):
                  File "mine/algo.py", line 7, in generate
                    read()
                ValueError: no groups
                in the data

                The above exception was the direct cause of the following exception:

                Traceback (most recent call last):
                  File "mine/algo.py", line 9, in generate
                    raise RuntimeError("...") from e
                RuntimeError: could not compute
                for group 3""";
        log.warn(
                "Failed after 1.0 s: RuntimeError: could not compute\nfor group 3\n{}\nthe last line\n"
                        + "Traceback (most recent call last):\nfor group 3",
                traceback);

        assertThat(event())
                .containsEntry(
                        "message",
                        "Failed after 1.0 s: RuntimeError: could not compute\nfor group 3\nthe last line\n"
                                + "Traceback (most recent call last):\nfor group 3")
                .containsEntry("error.type", "RuntimeError")
                .containsEntry("error.message", "could not compute\nfor group 3")
                .containsEntry("error.stack_trace", traceback);
    }

    @Test
    void aMistakeInTheGrammarIsAnErrorToo() {
        String place = "  File \"mine/algo.py\", line 3\n    def f(:\n          ^\nSyntaxError: invalid syntax";
        log.warn("SyntaxError: invalid syntax, in mine/algo.py, line 3\n" + place);

        assertThat(event())
                .containsEntry("message", "SyntaxError: invalid syntax, in mine/algo.py, line 3")
                .containsEntry("error.type", "SyntaxError")
                .containsEntry("error.message", "invalid syntax")
                .containsEntry("error.stack_trace", place);
    }

    @Test
    void whatOnlyBeginsLikeATracebackStaysInTheMessage() {
        for (String text : List.of(
                "x\nTraceback (most recent call last):",
                "x\nTraceback (most recent call last):\n  File \"a\", line 1",
                "x\n  File \"a\", line 1\n!",
                "Traceback (most recent call last):\nE: x")) {
            written.reset();
            log.warn(text);

            assertThat(event()).containsEntry("message", text).doesNotContainKey("error.type");
        }
    }

    private Map<String, String> event() {
        List<Map<String, String>> events = EcsLines.of(written.toString(StandardCharsets.UTF_8));
        assertThat(events).hasSize(1);
        return events.get(0);
    }
}
