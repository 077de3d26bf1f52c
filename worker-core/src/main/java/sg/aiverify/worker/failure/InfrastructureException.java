package sg.aiverify.worker.failure;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Nobody must act: this run met trouble that may pass. Retried with backoff. */
@API(status = STABLE, since = "1.0")
public class InfrastructureException extends StageException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception without a cause.
     *
     * @param message what was wrong, what is allowed and where it came from
     */
    public InfrastructureException(String message) {
        this(message, null);
    }

    /**
     * Creates the exception.
     *
     * @param message what was wrong, what is allowed and where it came from
     * @param cause what led to it, for the log
     */
    public InfrastructureException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public FailureKind kind() {
        return FailureKind.INFRASTRUCTURE;
    }
}
