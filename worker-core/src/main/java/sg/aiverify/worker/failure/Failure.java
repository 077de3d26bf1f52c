package sg.aiverify.worker.failure;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.Objects;
import java.util.function.UnaryOperator;
import org.apiguardian.api.API;

/**
 * The failure of a run, in the form that is reported.
 *
 * @param kind the kind, which determines who must act
 * @param stage the name of the failed stage in messages and docs, for example {@code pipeline_execute}
 * @param message the problem and its solution, printable; of any length until {@link #masked} bounds it
 */
@API(status = STABLE, since = "1.0")
public record Failure(FailureKind kind, String stage, String message) {
    public Failure {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(stage, "stage");
        message = FailureText.printable(message);
    }

    /**
     * Masks secrets, then bounds the length of the message.
     *
     * @param mask replaces secrets in a text
     * @return the same failure with a message without secrets, bounded by {@link FailureText#bounded}
     */
    public Failure masked(UnaryOperator<String> mask) {
        return new Failure(kind, stage, FailureText.bounded(mask.apply(message)));
    }

    /**
     * Returns the text for users: the stage and the message. Call this only after {@link #masked}.
     *
     * @return the text, at most {@link FailureText#MAX_BYTES} bytes of UTF-8
     */
    public String text() {
        return FailureText.bounded(stage + ": " + message);
    }
}
