package sg.aiverify.worker.run;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.Objects;
import org.apiguardian.api.API;

/**
 * Something that happened in a run while it goes on, in words.
 *
 * @param kind what it is about
 * @param text a sentence, of an output a line without its end; foreign code may have written it
 */
@API(status = STABLE, since = "1.0")
public record RunNote(Kind kind, String text) {
    /** What a note is about. */
    public enum Kind {
        /** A line that the algorithm wrote, to its standard output or its standard error. */
        OUTPUT,
        /** The worker does something that may take long, such as building an environment. */
        STEP,
        /** Whoever wanted the run should know this of its result. */
        WARNING
    }

    public RunNote {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(text, "text");
    }

    /**
     * Notes a line that the algorithm wrote.
     *
     * @param line the line without its end
     * @return the note
     */
    public static RunNote output(String line) {
        return new RunNote(Kind.OUTPUT, line);
    }

    /**
     * Notes what the worker begins to do.
     *
     * @param text what it is
     * @return the note
     */
    public static RunNote step(String text) {
        return new RunNote(Kind.STEP, text);
    }

    /**
     * Notes what should be known of the result.
     *
     * @param text what it is
     * @return the note
     */
    public static RunNote warning(String text) {
        return new RunNote(Kind.WARNING, text);
    }
}
