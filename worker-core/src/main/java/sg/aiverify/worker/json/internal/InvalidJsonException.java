package sg.aiverify.worker.json.internal;

import tools.jackson.core.exc.StreamConstraintsException;

/** A text is not JSON, or goes beyond what is read. The message says what and where, to be put into a sentence. */
public final class InvalidJsonException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what is wrong and where
     * @param cause what the parser says
     */
    public InvalidJsonException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * Creates the exception without a cause.
     *
     * @param message what is wrong and where
     */
    public InvalidJsonException(String message) {
        super(message);
    }

    /**
     * Tells whether the text may be JSON, but goes beyond a limit of what is read.
     *
     * @return true if only its size or form speaks against it
     */
    public boolean isBeyondLimit() {
        return getCause() instanceof StreamConstraintsException;
    }
}
