package sg.aiverify.worker.run;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.Objects;
import org.apiguardian.api.API;

/**
 * A note about a run in progress.
 *
 * @param kind the kind of the note
 * @param text a sentence, or a line of output without its line end; can come from untrusted code
 */
@API(status = STABLE, since = "1.0")
public record RunNote(Kind kind, String text) {
    /** The kind of a note. */
    public enum Kind {
        /** A line that the algorithm wrote to its standard output or standard error. */
        OUTPUT,
        /** A step of the worker that may take long, such as building an environment. */
        STEP,
        /** A warning about the result, for the user who requested the run. */
        WARNING
    }

    public RunNote {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(text, "text");
    }

    /**
     * Creates a note for a line of the algorithm's output.
     *
     * @param line the line without its end
     * @return the note
     */
    public static RunNote output(String line) {
        return new RunNote(Kind.OUTPUT, line);
    }

    /**
     * Creates a note for a step that the worker begins.
     *
     * @param text a sentence about the step
     * @return the note
     */
    public static RunNote step(String text) {
        return new RunNote(Kind.STEP, text);
    }

    /**
     * Creates a warning about the result.
     *
     * @param text a sentence about the result
     * @return the note
     */
    public static RunNote warning(String text) {
        return new RunNote(Kind.WARNING, text);
    }
}
