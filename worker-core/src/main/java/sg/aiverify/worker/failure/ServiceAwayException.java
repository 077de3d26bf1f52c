package sg.aiverify.worker.failure;

import org.jspecify.annotations.Nullable;

/** A shared service (gateway, Valkey, Docker, API server) cannot be reached: wait for it, and spend no attempt. */
public final class ServiceAwayException extends InfrastructureException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception without a cause.
     *
     * @param message what was wrong, what is allowed and where it came from
     */
    public ServiceAwayException(String message) {
        this(message, null);
    }

    /**
     * Creates the exception.
     *
     * @param message what was wrong, what is allowed and where it came from
     * @param cause what led to it, for the log
     */
    public ServiceAwayException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public FailureKind kind() {
        return FailureKind.INFRASTRUCTURE;
    }
}
