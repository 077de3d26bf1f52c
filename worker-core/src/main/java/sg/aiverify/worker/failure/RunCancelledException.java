package sg.aiverify.worker.failure;

import org.jspecify.annotations.Nullable;

/** The run was stopped from outside; see the cancellation's reason for why. */
public final class RunCancelledException extends StageException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception without a cause.
     *
     * @param message what was wrong, what is allowed and where it came from
     */
    public RunCancelledException(String message) {
        this(message, null);
    }

    /**
     * Creates the exception.
     *
     * @param message what was wrong, what is allowed and where it came from
     * @param cause what led to it, for the log
     */
    public RunCancelledException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public FailureKind kind() {
        return FailureKind.CANCELLED;
    }
}
