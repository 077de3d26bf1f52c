package sg.aiverify.worker.pipelines.docker.internal.engine;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.core.LocalDirectorySSLConfig;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.failure.StageException;

/**
 * A connection to a Docker engine. Converts each failure to a {@link ServiceUnavailableException} if the engine is
 * unavailable, else to an {@link InfrastructureException}. Thread-safe.
 */
public final class DockerEngine implements AutoCloseable {
    /** The name of the service in {@link ServiceUnavailableException}. */
    public static final String SERVICE = "docker";

    private static final Logger log = LogManager.getLogger(DockerEngine.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int CONNECTIONS = 4096;
    /** The most times that a call is sent again; more than the number of connections that a worker keeps open. */
    private static final int MAX_RESENT = 20;

    private final DockerClient client;
    private final EngineAddress address;
    private final String host;
    private final PendingRemovals removals = new PendingRemovals();

    private DockerEngine(DockerClient client, EngineAddress address) {
        this.client = client;
        this.address = address;
        this.host = address.host().toString();
    }

    /** Creates a client of the engine that the Docker client would use; it connects at the first call. */
    public static DockerEngine open(Settings settings) {
        EngineAddress address = EngineAddress.from(settings, ClientConfiguration.from(settings));
        try {
            return new DockerEngine(client(address, CONNECTIONS, null), address);
        } catch (RuntimeException e) {
            throw new ConfigurationException(
                    List.of("The Docker engine at " + address.host() + " cannot be used as configured: " + reason(e)),
                    e);
        }
    }

    private static DockerClient client(EngineAddress address, int connections, @Nullable Duration patience) {
        // Sets host and TLS explicitly, since the defaults of the library differ from those of the Docker CLI.
        DefaultDockerClientConfig.Builder builder = new DefaultDockerClientConfig.Builder()
                .withDockerHost(address.host().toString())
                .withDockerTlsVerify(false);
        if (address.certificates() != null) {
            builder.withCustomSslConfig(
                    new LocalDirectorySSLConfig(address.certificates().toString()));
        }
        DefaultDockerClientConfig config = builder.build();
        ZerodepDockerHttpClient.Builder transport = new ZerodepDockerHttpClient.Builder()
                .dockerHost(config.getDockerHost())
                .sslConfig(config.getSSLConfig())
                .maxConnections(connections)
                .connectionTimeout(PATIENCE);
        if (patience != null) {
            transport.responseTimeout(patience);
        }
        return DockerClientImpl.getInstance(config, transport.build());
    }

    public DockerClient client() {
        return client;
    }

    /** Calls the engine; in the message of a failure, {@code what} follows "Docker cannot". */
    public <T> T call(String what, Supplier<T> call) {
        return callOnce(what, () -> received(call));
    }

    /** Sends a stream to the engine, without retries: a part of the stream may have been read before the failure. */
    public <T> T callOnce(String what, Supplier<T> call) {
        try {
            return call.get();
        } catch (RuntimeException e) {
            throw failure(what, e);
        }
    }

    /**
     * Calls the engine, and calls it again if it did not receive the request. A restarted engine has closed the
     * connections of this client, but the client notices this only when it uses them.
     */
    private <T> T received(Supplier<T> call) {
        for (int left = MAX_RESENT; ; left--) {
            try {
                return call.get();
            } catch (RuntimeException e) {
                if (left == 0 || !hasIoCause(e, cause -> "Broken pipe".equals(cause.getMessage()))) {
                    throw e;
                }
                log.debug("A connection to the engine at {} was closed before the request was sent", host, e);
            }
        }
    }

    /** Looks up an object; returns empty if it does not exist. */
    public <T> Optional<T> find(String what, Supplier<T> call) {
        try {
            return Optional.of(received(call));
        } catch (NotFoundException e) {
            return Optional.empty();
        } catch (RuntimeException e) {
            throw failure(what, e);
        }
    }

    /** Removes an object, even if this thread is interrupted; {@link #retryRemovals} retries failed removals. */
    public void remove(String what, Callable<?> removal) {
        removals.remove(what, removal);
    }

    /** Removes a container with its anonymous volumes, even while it runs; retried like {@link #remove}. */
    public void removeContainer(String id) {
        remove(
                "remove the container " + id,
                () -> client.removeContainerCmd(id)
                        .withForce(true)
                        .withRemoveVolumes(true)
                        .exec());
    }

    /** Removes a volume; retried like {@link #remove}. */
    public void removeVolume(String name) {
        remove("remove the volume " + name, () -> client.removeVolumeCmd(name).exec());
    }

    /** Retries each failed removal once. For example, removals fail while the engine is unavailable. */
    public void retryRemovals() {
        removals.retry();
    }

    /** Returns whether the engine accepts new connections. A stopping engine still responds on existing ones. */
    public boolean isReachable() {
        try (DockerClient fresh = client(address, 1, PATIENCE)) {
            fresh.pingCmd().exec();
            return true;
        } catch (IOException | RuntimeException e) {
            log.debug("The engine at {} does not respond", host, e);
            return false;
        }
    }

    /** Converts a problem to the exception to throw; in its message, {@code what} follows "Docker cannot". */
    public StageException failure(String what, Throwable problem) {
        if (problem instanceof StageException known) {
            return known;
        }
        String reason = Reason.of(problem);
        if (isGatewayError(problem)) {
            return unavailable(what, reason, problem);
        }
        if (!(problem instanceof DockerException) && hasIoCause(problem, cause -> true)) {
            // If the engine is reachable, only this connection broke. Then the run must not wait for the engine: the
            // same call might fail again without end.
            return isReachable()
                    ? new InfrastructureException(
                            FailureText.printable("Docker cannot " + what + ": the connection to the engine at " + host
                                    + " broke: " + reason),
                            problem)
                    : unavailable(what, reason, problem);
        }
        return failure(what, reason, problem);
    }

    /** Converts a problem that the engine reports as text to the exception to throw. */
    public StageException failure(String what, String reason, @Nullable Throwable problem) {
        String words = reason.toLowerCase(Locale.ROOT);
        if (words.contains("no space left on device") || words.contains("disk quota exceeded")) {
            return new InfrastructureException(
                    FailureText.printable(
                            "Docker cannot " + what + ": the disk of the engine at " + host + " is full: " + reason),
                    problem);
        }
        if (words.contains("no such image")) {
            return new InfrastructureException(
                    FailureText.printable("Docker cannot " + what + ": the image no longer exists on the engine at "
                            + host + " (" + reason + "). It will be built again"),
                    problem);
        }
        if (words.contains("docker-init")) {
            return new InfrastructureException(
                    FailureText.printable("Docker cannot " + what + ": the engine at " + host + " has no docker-init ("
                            + reason + "). Install the package docker-init or tini there"),
                    problem);
        }
        return new InfrastructureException(FailureText.printable("Docker cannot " + what + ": " + reason), problem);
    }

    private ServiceUnavailableException unavailable(String what, String reason, @Nullable Throwable problem) {
        return new ServiceUnavailableException(
                SERVICE,
                FailureText.printable(
                        "The Docker engine at " + host + " is not reachable and cannot " + what + ": " + reason),
                problem);
    }

    /** Returns whether a proxy reports that the engine behind it is unavailable. */
    private static boolean isGatewayError(Throwable problem) {
        return problem instanceof DockerException response
                && response.getHttpStatus() >= 502
                && response.getHttpStatus() <= 504;
    }

    private static boolean hasIoCause(Throwable problem, Predicate<IOException> kind) {
        for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException io && kind.test(io)) {
                return true;
            }
        }
        return false;
    }

    /** Returns the message of the engine's error if this is one of the causes, else of the innermost cause. */
    public static String reason(Throwable problem) {
        @Nullable Throwable cause = problem;
        String reason = Reason.of(problem);
        while (cause != null) {
            if (cause.getMessage() != null && !cause.getMessage().isBlank()) {
                reason = Reason.of(cause);
            }
            cause = cause instanceof DockerException ? null : cause.getCause();
        }
        return reason;
    }

    @Override
    public void close() {
        removals.close();
        try {
            client.close();
        } catch (IOException e) {
            log.debug("The connection to {} was not closed", host, e);
        }
    }
}
