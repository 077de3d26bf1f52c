package sg.aiverify.worker.testkit.gateway;

import static org.apiguardian.api.API.Status.STABLE;

import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;
import org.apiguardian.api.API;

/**
 * A fault for the next matching requests. Create it with one of the static methods, and limit it with {@link #on} and
 * {@link #times}. Without a limit it affects the next request of any kind.
 *
 * @param method a pattern for the whole method
 * @param path a pattern for the whole path
 * @param times the number of affected requests
 * @param effect the effect on these requests
 * @param status the status code of the response, for {@link Effect#RESPOND}
 * @param delay the delay, for the effects with a delay
 */
@API(status = STABLE, since = "1.0")
public record Fault(Pattern method, Pattern path, int times, Effect effect, int status, Duration delay) {
    public Fault {
        Objects.requireNonNull(method, "method");
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(effect, "effect");
        Objects.requireNonNull(delay, "delay");
        if (times < 1) {
            throw new IllegalArgumentException("times must be at least 1, was " + times);
        }
    }

    /** The effects on a request. */
    public enum Effect {
        /** The response has a given status code; the request is not handled. */
        RESPOND,
        /** The request is handled after a delay. */
        DELAY,
        /** The request is handled at once; the response is sent after a delay. */
        DELAY_RESPONSE,
        /** The connection is closed before the body is read; the request is not handled. */
        CLOSE_BEFORE_BODY,
        /** The connection is closed after the body is read; the request is not handled. */
        CLOSE_AFTER_BODY,
        /** The request is handled; then the connection is closed without a response. */
        LOSE_RESPONSE,
        /** The request is handled; the connection is closed in the middle of the response's body. */
        CUT_RESPONSE
    }

    private static Fault of(Effect effect, int status, Duration delay) {
        return new Fault(Pattern.compile(".*"), Pattern.compile(".*"), 1, effect, status, delay);
    }

    /**
     * Responds with a status code, as a crashed handler or a proxy would.
     *
     * @param status the status code, 400 to 599
     * @return the fault
     */
    public static Fault respond(int status) {
        return of(Effect.RESPOND, status, Duration.ZERO);
    }

    /**
     * Handles the request after a delay.
     *
     * @param delay the delay
     * @return the fault
     */
    public static Fault delay(Duration delay) {
        return of(Effect.DELAY, 0, delay);
    }

    /**
     * Handles the request at once and responds after a delay.
     *
     * @param delay the delay
     * @return the fault
     */
    public static Fault delayResponse(Duration delay) {
        return of(Effect.DELAY_RESPONSE, 0, delay);
    }

    /**
     * Closes the connection before the body is read, without handling the request.
     *
     * @return the fault
     */
    public static Fault closeBeforeBody() {
        return of(Effect.CLOSE_BEFORE_BODY, 0, Duration.ZERO);
    }

    /**
     * Closes the connection after the body is read, without handling the request.
     *
     * @return the fault
     */
    public static Fault closeAfterBody() {
        return of(Effect.CLOSE_AFTER_BODY, 0, Duration.ZERO);
    }

    /**
     * Handles the request, then closes the connection without a response.
     *
     * @return the fault
     */
    public static Fault loseResponse() {
        return of(Effect.LOSE_RESPONSE, 0, Duration.ZERO);
    }

    /**
     * Handles the request, then closes the connection in the middle of the response's body.
     *
     * @return the fault
     */
    public static Fault cutResponse() {
        return of(Effect.CUT_RESPONSE, 0, Duration.ZERO);
    }

    /**
     * Limits the fault to some requests.
     *
     * @param methodPattern a regular expression for the whole method, such as {@code PATCH|GET}
     * @param pathPattern a regular expression for the whole path
     * @return the limited fault
     */
    public Fault on(String methodPattern, String pathPattern) {
        return new Fault(Pattern.compile(methodPattern), Pattern.compile(pathPattern), times, effect, status, delay);
    }

    /**
     * Sets the number of affected requests.
     *
     * @param count the number, at least 1
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
