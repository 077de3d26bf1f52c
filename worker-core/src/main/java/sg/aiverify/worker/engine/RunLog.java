package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.logging.log4j.CloseableThreadContext;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.run.RunNote;

/** Adds the id of the run to log lines, so that their texts need not contain the id. */
final class RunLog {
    private static final String KEY = "run";

    /** The id of a stream entry. It begins with the time in milliseconds at which the entry was written. */
    private static final Pattern STREAM_ID = Pattern.compile("(\\d{12,14})-\\d+");

    /** Logs the notes of runs. This is a separate logger, so that embedders can switch it off. */
    private static final Logger notes = LogManager.getLogger(RunNote.class);

    /** Logs the start and the end of each attempt. This, too, is a separate logger that embedders can switch off. */
    static final Logger COURSE = LogManager.getLogger(Engine.class);

    private RunLog() {}

    /** Formats a duration in seconds. */
    static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }

    /** Describes how long a task has waited in the queue; empty if the entry's id does not contain a time. */
    static String age(Delivery delivery) {
        Matcher id = STREAM_ID.matcher(delivery.id());
        if (!id.matches()) {
            return "";
        }
        long waited = Math.max(0, System.currentTimeMillis() - Long.parseLong(id.group(1)));
        return ", queued " + seconds(Duration.ofMillis(waited)) + " ago";
    }

    /** Returns the first word of the log line at the end of a run whose result is not needed. */
    static String notNeeded(boolean isCancel) {
        return isCancel ? "Cancelled" : "Skipped";
    }

    /** Logs a note about a run, unless the note is a line of output. */
    static void note(String run, RunNote note) {
        @Nullable Level level = switch (note.kind()) {
            case STEP -> Level.INFO;
            case WARNING -> Level.WARN;
            case OUTPUT -> null; // If the run fails, its failure contains the end of the output.
        };
        if (level != null) {
            try (var context = of(run)) {
                notes.log(level, "{}", note.text());
            }
        }
    }

    /** Adds an id to the log lines of this thread until the returned object is closed. */
    static CloseableThreadContext.Instance of(String run) {
        return CloseableThreadContext.put(KEY, run);
    }

    /** Adds the {@link #name} of a delivery to the log lines of this thread until the returned object is closed. */
    static CloseableThreadContext.Instance of(Delivery delivery) {
        return of(name(delivery));
    }

    /** Returns the id of the delivery's run, or the id of the entry if the entry names no run. */
    static String name(Delivery delivery) {
        return Attempt.runIdOf(delivery).orElse(delivery.id());
    }
}
