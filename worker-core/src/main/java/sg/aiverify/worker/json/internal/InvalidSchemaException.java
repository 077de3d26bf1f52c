package sg.aiverify.worker.json.internal;

/** A JSON Schema cannot be used. The message is part of a sentence that states the reason. */
public final class InvalidSchemaException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message the problem with the schema
     * @param cause the cause
     */
    public InvalidSchemaException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * Creates the exception without a cause.
     *
     * @param message the problem with the schema
     */
    public InvalidSchemaException(String message) {
        super(message);
    }

    /**
     * Returns whether the schema takes too much time or memory, and may otherwise be valid.
     *
     * @return true if its cost exceeds the budget
     */
    public boolean isTooCostly() {
        return getCause() instanceof EvaluationBudget.SpentException;
    }
}
