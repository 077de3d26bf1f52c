package sg.aiverify.worker.app.logging;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.layout.AbstractStringLayout;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.app.terminal.Style;
import sg.aiverify.worker.config.internal.Secrets;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.Reason;

/**
 * Writes one line for each event: time in UTC, level, run, part of the worker, message. Further lines of a message are
 * indented and marked, so that no untrusted text can look like another event. Log4j's pattern layout is not used: it
 * costs a tenth of a second at the start, and does not remove the escape sequences of untrusted programs.
 */
final class TextLayout extends AbstractStringLayout {
    /** The key of the thread context in which the engine stores the id of the thread's run. */
    static final String RUN_KEY = "run";

    private static final String OWN = "sg.aiverify.worker.";

    private static final int MILLIS_LENGTH = "2026-01-01T00:00:00.000Z".length();

    private final Style style;
    private final boolean stackTraces;
    private final Secrets secrets;

    /**
     * Creates the layout.
     *
     * @param style with or without colours
     * @param stackTraces false to show only the messages of exceptions; an exception that ends the worker always has
     *     its stack trace
     * @param secrets the secrets to mask
     */
    TextLayout(Style style, boolean stackTraces, Secrets secrets) {
        super(StandardCharsets.UTF_8);
        this.style = style;
        this.stackTraces = stackTraces;
        this.secrets = secrets;
    }

    @Override
    public String toSerializable(LogEvent event) {
        StringBuilder line = new StringBuilder(160);
        line.append(style.faint(time(event.getInstant().getEpochMillisecond())))
                .append(' ')
                .append(level(event.getLevel()))
                .append(' ');
        String run = event.getContextData().getValue(RUN_KEY);
        if (run != null) {
            line.append('[').append(safe(run)).append("] ");
        }
        line.append(safe(part(event.getLoggerName()))).append(": ");
        String message = event.getMessage().getFormattedMessage();
        Throwable thrown = event.getThrown();
        if (thrown != null) {
            message += stackTraces || event.getLevel() == Level.FATAL ? "\n" + stackTrace(thrown) : messages(thrown);
        }
        String text = safe(message);
        if (run != null) { // a search for the run's id then also finds the cause of its failure
            text = text.replace("\n    | ", "\n    | [" + safe(run) + "] ");
        }
        return line.append(text).append('\n').toString();
    }

    private String safe(String text) {
        return FailureText.asOneEvent(secrets.masked(FailureText.printable(text)));
    }

    private static String time(long epochMilli) {
        String text =
                Instant.ofEpochMilli(epochMilli).truncatedTo(ChronoUnit.MILLIS).toString();
        // The text of a full second has no fraction. Adds a fraction, to align the columns.
        return text.length() == MILLIS_LENGTH ? text : text.replace("Z", ".000Z");
    }

    private String level(Level level) {
        if (level.isMoreSpecificThan(Level.ERROR)) {
            return style.bad(level == Level.FATAL ? "CRITICAL" : "ERROR");
        }
        return level == Level.WARN ? style.warning("WARN ") : String.format("%-5s", level.name());
    }

    /** Returns the part of the worker that logs: the name of its package, or of its class in a library. */
    private static String part(String logger) {
        if (!logger.startsWith(OWN)) {
            return logger.substring(logger.lastIndexOf('.') + 1);
        }
        String[] names = logger.substring(OWN.length()).split("\\.");
        if (names.length == 1 || names[0].equals("app")) {
            return "worker";
        }
        return names[0].equals("pipelines") ? names[1] : names[0];
    }

    private static String messages(Throwable thrown) {
        StringBuilder text = new StringBuilder();
        @Nullable Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < 5; depth++) {
            String reason = Reason.of(cause);
            if (text.indexOf(reason) < 0) { // the message of an exception often contains that of its cause
                text.append(": ").append(reason);
            }
            cause = cause.getCause();
        }
        return text.toString();
    }

    private static String stackTrace(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
