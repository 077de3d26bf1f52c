package sg.aiverify.worker.failure;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** A stage took longer than its limit. Reported, not retried. */
@API(status = STABLE, since = "1.0")
public final class StageTimeoutException extends StageException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception without a cause.
     *
     * @param message what was wrong, what is allowed and where it came from
     */
    public StageTimeoutException(String message) {
        this(message, null);
    }

    /**
     * Creates the exception.
     *
     * @param message what was wrong, what is allowed and where it came from
     * @param cause what led to it, for the log
     */
    public StageTimeoutException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public FailureKind kind() {
        return FailureKind.TIMED_OUT;
    }
}
