package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.apache.logging.log4j.CloseableThreadContext;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.run.RunNote;
import sg.aiverify.worker.task.TaskParser;

/** Which run the lines of the log are about: each carries its id, so that no text has to. */
final class RunLog {
    private static final String KEY = "run";
    /** Apart, for who shows notes otherwise wants them in no log. */
    private static final Logger notes = LogManager.getLogger(RunNote.class);

    /** Apart likewise: from the begin of an attempt to its end. */
    static final Logger COURSE = LogManager.getLogger(Engine.class);

    private RunLog() {}

    /** Finds the run of a delivery; empty if its task holds no id, or if it is no task at all. */
    static Optional<String> runId(Delivery delivery) {
        return delivery.flaw() == null ? TaskParser.findId(delivery.payload()) : Optional.empty();
    }

    /** Writes a duration for people. */
    static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }

    /** Passes a note on, to the log and to listeners. */
    static void note(RunListener listeners, String run, RunNote note) {
        @Nullable Level level = switch (note.kind()) {
            case STEP -> Level.INFO;
            case WARNING -> Level.WARN;
            case OUTPUT -> null; // Of a failed run, its end is in the failure.
        };
        if (level != null) {
            try (var context = of(run)) {
                notes.log(level, "{}", note.text());
            }
        }
        listeners.noted(run, note);
    }

    /** Lets the lines of this thread carry an id until the result is closed. */
    static CloseableThreadContext.Instance of(String run) {
        return CloseableThreadContext.put(KEY, run);
    }

    /** Lets the lines of this thread carry the id of the delivery's run, or that of the entry where it has none. */
    static CloseableThreadContext.Instance of(Delivery delivery) {
        return of(runId(delivery).orElse(delivery.id()));
    }
}
