package sg.aiverify.worker.failure;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** The input of the task is wrong, or its algorithm failed. The submitter must act. Reported, not retried. */
@API(status = STABLE, since = "1.0")
public final class TaskFailedException extends StageException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception without a cause.
     *
     * @param message the problem, the allowed values, and the source of the wrong value
     */
    public TaskFailedException(String message) {
        this(message, null);
    }

    /**
     * Creates the exception.
     *
     * @param message the problem, the allowed values, and the source of the wrong value
     * @param cause the cause, for the log; may be null
     */
    public TaskFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public FailureKind kind() {
        return FailureKind.TASK;
    }
}
