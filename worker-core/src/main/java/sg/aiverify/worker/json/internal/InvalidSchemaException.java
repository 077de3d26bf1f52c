package sg.aiverify.worker.json.internal;

/** A JSON Schema cannot be used. The message says why, to be put into a sentence. */
public final class InvalidSchemaException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what is wrong with the schema
     * @param cause what led to it
     */
    public InvalidSchemaException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * Creates the exception without a cause.
     *
     * @param message what is wrong with the schema
     */
    public InvalidSchemaException(String message) {
        super(message);
    }

    /**
     * Tells whether the schema may be right, but takes too long or too much on the value.
     *
     * @return true if only the cost speaks against it
     */
    public boolean isTooCostly() {
        return getCause() instanceof EvaluationBudget.SpentException;
    }
}
