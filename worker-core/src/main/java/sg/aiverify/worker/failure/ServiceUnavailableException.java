package sg.aiverify.worker.failure;

import static org.apiguardian.api.API.Status.STABLE;

import java.time.Duration;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A shared service cannot be reached: the gateway, Valkey, the Docker engine or the API server. The worker waits for
 * the service. This does not count as an attempt.
 */
@API(status = STABLE, since = "1.0")
public final class ServiceUnavailableException extends InfrastructureException {
    /** The queue of tasks. */
    public static final String QUEUE = "queue";
    /** The API gateway. */
    public static final String GATEWAY = "gateway";
    /** A service without a name. */
    public static final String OTHER = "other";

    private static final long serialVersionUID = 1L;

    private final String service;
    private final Duration lasted;

    /**
     * Creates the exception without a cause.
     *
     * @param message the problem and its cause
     */
    public ServiceUnavailableException(String message) {
        this(message, null);
    }

    /**
     * Creates the exception.
     *
     * @param message the problem and its cause
     * @param cause the cause, for the log; may be null
     */
    public ServiceUnavailableException(String message, @Nullable Throwable cause) {
        this(OTHER, message, cause);
    }

    /**
     * Creates the exception for a service with a name. The metrics distinguish services by this name.
     *
     * @param service one word that is always the same, for example {@code gateway}
     * @param message the problem and its cause
     * @param cause the cause, for the log; may be null
     */
    public ServiceUnavailableException(String service, String message, @Nullable Throwable cause) {
        this(service, message, cause, Duration.ZERO);
    }

    /**
     * Creates the exception for a service that has been unavailable for some time.
     *
     * @param service one word that is always the same, for example {@code gateway}
     * @param message the problem and its cause
     * @param cause the cause, for the log; may be null
     * @param lasted the time since its first failure
     */
    public ServiceUnavailableException(String service, String message, @Nullable Throwable cause, Duration lasted) {
        super(message, cause);
        this.service = service;
        this.lasted = lasted;
    }

    /**
     * Returns the name of the service.
     *
     * @return one word; {@value #OTHER} for a service without a name
     */
    public String service() {
        return service;
    }

    /**
     * Returns how long the service had been unavailable before this exception was thrown.
     *
     * @return the time since its first failure; zero after a single try
     */
    public Duration lasted() {
        return lasted;
    }

    @Override
    public FailureKind kind() {
        return FailureKind.INFRASTRUCTURE;
    }
}
