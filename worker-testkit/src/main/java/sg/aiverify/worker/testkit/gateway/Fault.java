package sg.aiverify.worker.testkit.gateway;

import static org.apiguardian.api.API.Status.STABLE;

import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;
import org.apiguardian.api.API;

/**
 * Effect for the next requests that match. Made by one of the static methods, narrowed with {@link #on} and
 * {@link #times}; without these it hits the next request, whatever it is.
 *
 * @param method a pattern for the whole method
 * @param path a pattern for the whole path
 * @param times how many requests it hits
 * @param trouble what happens to them
 * @param status what is answered, for {@link Effect#RESPOND}
 * @param delay how long it takes, for the delays
 */
@API(status = STABLE, since = "1.0")
public record Fault(Pattern method, Pattern path, int times, Effect effect, int status, Duration delay) {
    public Fault {
        Objects.requireNonNull(method, "method");
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(effect, "trouble");
        Objects.requireNonNull(delay, "delay");
        if (times < 1) {
            throw new IllegalArgumentException("times must be at least 1, was " + times);
        }
    }

    /** What can happen to a request. */
    public enum Effect {
        /** Answered with a status and not handled. */
        RESPOND,
        /** Handled after a delay. */
        DELAY,
        /** Handled at once, answered after a delay. */
        DELAY_RESPONSE,
        /** The connection is closed before the body was read; not handled. */
        CLOSE_BEFORE_BODY,
        /** The connection is closed after the body was read; not handled. */
        CLOSE_AFTER_BODY,
        /** Handled, and the connection closed instead of an answer. */
        LOSE_RESPONSE,
        /** Handled, and the connection closed in the middle of the answer's body. */
        CUT_RESPONSE
    }

    private static Fault of(Effect effect, int status, Duration delay) {
        return new Fault(Pattern.compile(".*"), Pattern.compile(".*"), 1, effect, status, delay);
    }

    /**
     * Answers a status, as a crashed handler or a proxy would.
     *
     * @param status 400 to 599
     * @return the fault
     */
    public static Fault answer(int status) {
        return of(Effect.RESPOND, status, Duration.ZERO);
    }

    /**
     * Handles late.
     *
     * @param delay how late
     * @return the fault
     */
    public static Fault delay(Duration delay) {
        return of(Effect.DELAY, 0, delay);
    }

    /**
     * Handles at once and answers late.
     *
     * @param delay how late
     * @return the fault
     */
    public static Fault delayResponse(Duration delay) {
        return of(Effect.DELAY_RESPONSE, 0, delay);
    }

    /**
     * Closes the connection before the body was read.
     *
     * @return the fault
     */
    public static Fault closeBeforeBody() {
        return of(Effect.CLOSE_BEFORE_BODY, 0, Duration.ZERO);
    }

    /**
     * Closes the connection after the body was read, without handling the request.
     *
     * @return the fault
     */
    public static Fault closeAfterBody() {
        return of(Effect.CLOSE_AFTER_BODY, 0, Duration.ZERO);
    }

    /**
     * Handles the request and closes the connection instead of answering.
     *
     * @return the fault
     */
    public static Fault loseResponse() {
        return of(Effect.LOSE_RESPONSE, 0, Duration.ZERO);
    }

    /**
     * Handles the request and closes the connection in the middle of the answer's body.
     *
     * @return the fault
     */
    public static Fault cutResponse() {
        return of(Effect.CUT_RESPONSE, 0, Duration.ZERO);
    }

    /**
     * Narrows the fault to some requests.
     *
     * @param methodPattern a regular expression for the whole method, such as {@code PATCH|GET}
     * @param pathPattern a regular expression for the whole path
     * @return the narrowed fault
     */
    public Fault on(String methodPattern, String pathPattern) {
        return new Fault(Pattern.compile(methodPattern), Pattern.compile(pathPattern), times, effect, status, delay);
    }

    /**
     * Sets how many requests it hits.
     *
     * @param count at least 1
     * @return the fault
     */
    public Fault times(int count) {
        return new Fault(method, path, count, effect, status, delay);
    }

    boolean hits(String requestMethod, String requestPath) {
        return method.matcher(requestMethod).matches()
                && path.matcher(requestPath).matches();
    }
}
