package sg.aiverify.worker.app.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.ThreadContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.app.terminal.Style;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.config.internal.Secrets;

class WorkerLoggingTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @AfterEach
    void backToQuiet() {
        WorkerLogging.start(settings("critical", "text"), System.err, Style.PLAIN, Secrets.NONE);
    }

    @Test
    void aLineHoldsTimeLevelRunLoggerAndMessage() {
        start("info", "text");
        ThreadContext.put("run", "run-1");
        try {
            logger().info("Hello {}", "world");
        } finally {
            ThreadContext.remove("run");
        }
        logger().warn("Careful");

        assertThat(text().lines().toList())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .matches(
                                        "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z INFO  \\[run-1\\] worker: Hello"
                                                + " world"),
                        line -> assertThat(line).endsWith(" WARN  worker: Careful"));
    }

    @Test
    void levelsBelowTheOneSetAreLeftOut() {
        start("warning", "text");
        logger().info("not this");
        logger().warn("this");
        logger().fatal("and this");

        assertThat(text()).doesNotContain("not this").contains("this").contains("CRITICAL worker: and this");
    }

    @Test
    void librariesStayQuieterThanTheWorker() {
        start("info", "text");
        LogManager.getLogger("org.example.library").info("chatter");
        LogManager.getLogger("org.example.library").warn("trouble");

        assertThat(text()).doesNotContain("chatter").contains("library: trouble");
    }

    @Test
    void anExceptionShowsItsMessagesAndItsStackTraceOnlyAtDebugLevel() {
        Exception thrown = new IllegalStateException("outer", new IllegalArgumentException("inner"));

        start("info", "text");
        logger().error("It broke", thrown);
        assertThat(text()).endsWith("It broke: outer: inner\n").doesNotContain("\tat ");

        written.reset();
        start("debug", "text");
        logger().error("It broke", thrown);
        assertThat(text()).contains("\tat " + WorkerLoggingTest.class.getName());
    }

    @Test
    void whatEndsTheWorkerShowsItsStackTrace() {
        start("info", "text");
        logger().fatal("It ended", new IllegalStateException("bug"));

        assertThat(text()).contains("It ended\n    | java.lang.IllegalStateException: bug\n    | \tat ");
    }

    @Test
    void foreignTextCannotSendEscapeSequencesToATerminal() {
        start("info", "text");
        logger().info("before\u001b[2Jafter\u0007");

        assertThat(text()).contains("beforeafter\n").doesNotContain("\u001b", "\u0007");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\n", "\r", "\r\n", "\u000b", "\f", "\u001c", "\u001d", "\u001e", "\u0085", "\u2028", "\u2029"})
    void foreignTextCannotLookLikeAnotherEvent(String lineEnd) {
        String forged = "2026-01-01T00:00:00.000Z ERROR [run-9] Engine: forged";
        for (String format : List.of("text", "ecs")) {
            written.reset();
            start("debug", format);
            ThreadContext.put("run", "run-1" + lineEnd + forged);
            try {
                logger().error("It failed: {}", lineEnd + forged, new IllegalStateException("why" + lineEnd + forged));
            } finally {
                ThreadContext.remove("run");
            }

            assertThat(text().split("[\n\r\u000b\f\u001c-\u001e\u0085\u2028\u2029]+"))
                    .noneMatch(line -> line.startsWith(forged))
                    .filteredOn(line -> line.startsWith("2026-") || line.startsWith("{"))
                    .hasSizeLessThanOrEqualTo(1);
            assertThat(text().lines().skip(1)).allMatch(line -> line.startsWith("    | "));
        }
    }

    @Test
    void aTextOfSeveralLinesStaysReadable() {
        start("info", "text");
        logger().warn("It failed\nTraceback:\n  File x\n");

        assertThat(text()).endsWith(" WARN  worker: It failed\n    | Traceback:\n    |   File x\n");
    }

    @Test
    void whoSearchesForTheIdOfARunFindsEachLineOfItsFailure() {
        start("info", "text");
        ThreadContext.put("run", "run-7");
        try {
            logger().warn("It failed\nTraceback:\n  File x");
        } finally {
            ThreadContext.remove("run");
        }

        assertThat(text().lines())
                .hasSize(3)
                .allMatch(line -> line.contains("[run-7] "))
                .endsWith("    | [run-7] Traceback:", "    | [run-7]   File x");
    }

    @Test
    void directionOfWritingCannotBeTurned() {
        for (String format : List.of("text", "ecs")) {
            written.reset();
            start("info", format);
            logger().warn("a\u202eb\u2066c\u200fd");

            assertThat(text()).contains("abcd");
        }
    }

    @Test
    void whatTheLayoutCutsShowsNoPartOfASecret() {
        String secret = "hunter2-Tr0ub4dor";
        for (int before = 16 * 1024 - secret.length(); before <= 16 * 1024; before++) {
            written.reset();
            start(
                    "info",
                    "ecs",
                    Secrets.of(Settings.of(Map.of("PASS", secret)), List.of(Setting.secret("PASS", "a password"))));
            logger().warn("x".repeat(before) + secret + "y".repeat(100));

            assertThat(text()).doesNotContain("xh", "xhu");
        }
    }

    @Test
    void coloursAreThereOnlyWhereTheyWereAskedFor() {
        WorkerLogging.start(settings("info", "text"), written, Style.COLOURED, Secrets.NONE);
        logger().warn("red");

        assertThat(text()).contains("\u001b[33mWARN \u001b[0m");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "ecs"})
    void noLineShowsASecretWhereverItComesFrom(String format) {
        String secret = "s3cret-\"quoted\"";
        start(
                "debug",
                format,
                Secrets.of(Settings.of(Map.of("PASS", secret)), List.of(Setting.secret("PASS", "a password"))));
        ThreadContext.put("run", secret);
        try {
            logger().error("login with {} failed", secret, new IllegalStateException("refused " + secret));
            logger().info("in pieces: s3cret\u001b[0m-\"quo\u0007ted\"");
        } finally {
            ThreadContext.remove("run");
        }

        assertThat(text()).contains("login with *** failed", "refused ***").doesNotContain("s3cret-");
    }

    private void start(String level, String format) {
        start(level, format, Secrets.NONE);
    }

    private void start(String level, String format, Secrets secrets) {
        WorkerLogging.start(settings(level, format), written, Style.PLAIN, secrets);
    }

    private static Settings settings(String level, String format) {
        return Settings.of(Map.of("TEWORKER_LOG_LEVEL", level, "TEWORKER_LOG_FORMAT", format));
    }

    private static Logger logger() {
        return LogManager.getLogger(WorkerLoggingTest.class);
    }

    private String text() {
        return written.toString(StandardCharsets.UTF_8);
    }
}
