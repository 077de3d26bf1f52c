package sg.aiverify.worker.failure;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** A temporary problem of this run. No one must act: the run is retried with back-off. */
@API(status = STABLE, since = "1.0")
public class InfrastructureException extends StageException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception without a cause.
     *
     * @param message the problem and its cause
     */
    public InfrastructureException(String message) {
        this(message, null);
    }

    /**
     * Creates the exception.
     *
     * @param message the problem and its cause
     * @param cause the cause, for the log; may be null
     */
    public InfrastructureException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public FailureKind kind() {
        return FailureKind.INFRASTRUCTURE;
    }
}
