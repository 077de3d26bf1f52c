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

/** Which run the lines of the log are about: each carries its id, so that no text has to. */
final class RunLog {
    private static final String KEY = "run";

    /** The ids of a stream begin with the time. */
    private static final Pattern STREAM_ID = Pattern.compile("(\\d{12,14})-\\d+");

    /** A logger of its own: an embedder who shows the notes of runs elsewhere can switch it off. */
    private static final Logger notes = LogManager.getLogger(RunNote.class);

    /** The lines of each attempt from its begin to its end; a logger of its own for the same reason. */
    static final Logger COURSE = LogManager.getLogger(Engine.class);

    private RunLog() {}

    /** Writes a duration for people. */
    static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }

    /** Says how long a task has waited in the queue, where the ids of entries say when they came; else nothing. */
    static String age(Delivery delivery) {
        Matcher id = STREAM_ID.matcher(delivery.id());
        if (!id.matches()) {
            return "";
        }
        long waited = Math.max(0, System.currentTimeMillis() - Long.parseLong(id.group(1)));
        return ", queued " + seconds(Duration.ofMillis(waited)) + " ago";
    }

    /** Names the end of a run whose result nobody waits for any more. */
    static String notNeeded(boolean isCancel) {
        return isCancel ? "Cancelled" : "Skipped";
    }

    /** Logs a note of a run, unless it is output. */
    static void note(String run, RunNote note) {
        @Nullable Level level = switch (note.kind()) {
            case STEP -> Level.INFO;
            case WARNING -> Level.WARN;
            case OUTPUT -> null; // The failure of a run holds the end of its output.
        };
        if (level != null) {
            try (var context = of(run)) {
                notes.log(level, "{}", note.text());
            }
        }
    }

    /** Lets the lines of this thread carry an id until the result is closed. */
    static CloseableThreadContext.Instance of(String run) {
        return CloseableThreadContext.put(KEY, run);
    }

    /** Lets the lines of this thread carry the {@link #name} of a delivery. */
    static CloseableThreadContext.Instance of(Delivery delivery) {
        return of(name(delivery));
    }

    /** Returns the id of the delivery's run, or that of the entry where it has none. */
    static String name(Delivery delivery) {
        return Attempt.runIdOf(delivery).orElse(delivery.id());
    }
}
