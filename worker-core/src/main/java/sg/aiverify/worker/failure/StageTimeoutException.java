package sg.aiverify.worker.failure;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** A stage exceeded its time limit. Reported, not retried. */
@API(status = STABLE, since = "1.0")
public final class StageTimeoutException extends StageException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception without a cause.
     *
     * @param message the exceeded limit, and the setting that changes it
     */
    public StageTimeoutException(String message) {
        this(message, null);
    }

    /**
     * Creates the exception.
     *
     * @param message the exceeded limit, and the setting that changes it
     * @param cause the cause, for the log; may be null
     */
    public StageTimeoutException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public FailureKind kind() {
        return FailureKind.TIMED_OUT;
    }
}
