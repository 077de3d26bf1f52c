package sg.aiverify.worker.failure;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** The submitter of the task must act: its input is wrong or its algorithm failed. Not retried. */
@API(status = STABLE, since = "1.0")
public final class TaskFailedException extends StageException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception without a cause.
     *
     * @param message what was wrong, what is allowed and where it came from
     */
    public TaskFailedException(String message) {
        this(message, null);
    }

    /**
     * Creates the exception.
     *
     * @param message what was wrong, what is allowed and where it came from
     * @param cause what led to it, for the log
     */
    public TaskFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public FailureKind kind() {
        return FailureKind.TASK;
    }
}
