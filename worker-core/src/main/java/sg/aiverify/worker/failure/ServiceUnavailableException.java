package sg.aiverify.worker.failure;

import static org.apiguardian.api.API.Status.STABLE;

import java.time.Duration;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** A shared service (gateway, Valkey, Docker, API server) cannot be reached: wait for it, and spend no attempt. */
@API(status = STABLE, since = "1.0")
public final class ServiceUnavailableException extends InfrastructureException {
    /** The queue of tasks. */
    public static final String QUEUE = "queue";
    /** The API gateway. */
    public static final String GATEWAY = "gateway";
    /** A service that was not named. */
    public static final String OTHER = "other";

    private static final long serialVersionUID = 1L;

    private final String service;
    private final Duration lasted;

    /**
     * Creates the exception without a cause.
     *
     * @param message what was wrong, what is allowed and where it came from
     */
    public ServiceUnavailableException(String message) {
        this(message, null);
    }

    /**
     * Creates the exception.
     *
     * @param message what was wrong, what is allowed and where it came from
     * @param cause what led to it, for the log
     */
    public ServiceUnavailableException(String message, @Nullable Throwable cause) {
        this(OTHER, message, cause);
    }

    /**
     * Creates the exception of a service with a name, by which the operator's metrics tell it from others.
     *
     * @param service one word that is the same each time, for example {@code gateway}
     * @param message what was wrong, what is allowed and where it came from
     * @param cause what led to it, for the log
     */
    public ServiceUnavailableException(String service, String message, @Nullable Throwable cause) {
        this(service, message, cause, Duration.ZERO);
    }

    /**
     * Creates the exception of a service that was tried for a while.
     *
     * @param service one word that is the same each time, for example {@code gateway}
     * @param message what was wrong, what is allowed and where it came from
     * @param cause what led to it, for the log
     * @param lasted how long ago it failed first
     */
    public ServiceUnavailableException(String service, String message, @Nullable Throwable cause, Duration lasted) {
        super(message, cause);
        this.service = service;
        this.lasted = lasted;
    }

    /**
     * Names the service.
     *
     * @return one word; {@value #OTHER} if it was not named
     */
    public String service() {
        return service;
    }

    /**
     * Tells how long the service had failed already when this was thrown.
     *
     * @return zero if it was tried once
     */
    public Duration lasted() {
        return lasted;
    }

    @Override
    public FailureKind kind() {
        return FailureKind.INFRASTRUCTURE;
    }
}
