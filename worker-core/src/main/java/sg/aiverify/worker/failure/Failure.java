package sg.aiverify.worker.failure;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.Objects;
import java.util.function.UnaryOperator;
import org.apiguardian.api.API;

/**
 * The failure of a run, ready to be reported.
 *
 * @param kind who must act
 * @param stage the stage that failed, as the user knows it, for example {@code pipeline_execute}
 * @param message what went wrong and what to do, printable; as long as it is until it is {@link #masked}
 */
@API(status = STABLE, since = "1.0")
public record Failure(FailureKind kind, String stage, String message) {
    public Failure {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(stage, "stage");
        message = FailureText.printable(message);
    }

    /**
     * Hides secrets, then cuts what is too long.
     *
     * @param mask replaces secrets in a text
     * @return the same failure without them in its message, which is bounded by {@link FailureText}
     */
    public Failure masked(UnaryOperator<String> mask) {
        return new Failure(kind, stage, FailureText.bounded(mask.apply(message)));
    }

    /**
     * Gives the text for the user: the stage, then what went wrong. Only a failure that is masked has one.
     *
     * @return at most {@link FailureText#MAX_BYTES} bytes of UTF-8
     */
    public String text() {
        return FailureText.bounded(stage + ": " + message);
    }
}
