package sg.aiverify.worker.json.internal;

import tools.jackson.core.exc.StreamConstraintsException;

/** A text is not JSON, or exceeds a limit. The message is part of a sentence: the problem and its location. */
public final class InvalidJsonException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message the problem and its location
     * @param cause the parser's exception
     */
    public InvalidJsonException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * Creates the exception without a cause.
     *
     * @param message the problem and its location
     */
    public InvalidJsonException(String message) {
        super(message);
    }

    /**
     * Returns whether the text exceeds a limit, and may otherwise be valid JSON.
     *
     * @return true if it exceeds a limit
     */
    public boolean isBeyondLimit() {
        return getCause() instanceof StreamConstraintsException;
    }
}
