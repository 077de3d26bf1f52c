package sg.aiverify.worker.pipelines.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.ServiceAwayException;
import sg.aiverify.worker.failure.StageException;

/** A connection to a Docker engine, whose failures are told by who must act. Thread-safe. */
final class DockerEngine implements AutoCloseable {
    private static final Logger log = LogManager.getLogger(DockerEngine.class);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final int CONNECTIONS = 4096;
    private final DockerClient client;
    private final String host;

    private DockerEngine(DockerClient client, String host) {
        this.client = client;
        this.host = host;
    }

    /** Opens the engine that the Docker client would use; connects only when it is used. */
    static DockerEngine open(Settings settings) {
        try {
            DefaultDockerClientConfig.Builder builder = DefaultDockerClientConfig.createDefaultConfigBuilder();
            settings.find(DockerSettings.CONFIG).ifPresent(builder::withDockerConfig);
            settings.find(DockerSettings.CONTEXT).ifPresent(builder::withDockerContext);
            settings.find(DockerSettings.CERT_PATH).ifPresent(builder::withDockerCertPath);
            settings.find(DockerSettings.TLS_VERIFY).ifPresent(builder::withDockerTlsVerify);
            settings.find(DockerSettings.HOST).ifPresent(builder::withDockerHost);
            DefaultDockerClientConfig config = builder.build();
            return new DockerEngine(
                    DockerClientImpl.getInstance(
                            config,
                            new ZerodepDockerHttpClient.Builder()
                                    .dockerHost(config.getDockerHost())
                                    .sslConfig(config.getSSLConfig())
                                    .maxConnections(CONNECTIONS)
                                    .connectionTimeout(CONNECT_TIMEOUT)
                                    .build()),
                    config.getDockerHost().toString());
        } catch (RuntimeException e) {
            throw new ConfigurationException(
                    List.of("The Docker engine cannot be used as configured: " + e.getMessage()), e);
        }
    }

    DockerClient client() {
        return client;
    }

    /** Calls the engine; what fails is told with the words {@code what}, which complete "Docker cannot ...". */
    <T> T call(String what, Supplier<T> call) {
        try {
            return call.get();
        } catch (RuntimeException e) {
            throw failure(what, e);
        }
    }

    /** Looks something up; empty if it is not there. */
    <T> Optional<T> find(String what, Supplier<T> call) {
        try {
            return Optional.of(call.get());
        } catch (NotFoundException e) {
            return Optional.empty();
        } catch (RuntimeException e) {
            throw failure(what, e);
        }
    }

    /** Removes something whatever state this thread is in; what fails is left to the sweep. */
    void cleanUp(String what, Callable<?> removal) {
        boolean interrupted = Thread.interrupted();
        try {
            removal.call();
        } catch (NotFoundException e) {
            log.debug("{}: gone already", what);
        } catch (Exception e) {
            log.warn("Docker cannot {}, it is left to the sweep: {}", what, e.toString());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    StageException failure(String what, Throwable problem) {
        if (problem instanceof StageException known) {
            return known;
        }
        String reason = reason(problem);
        String words = reason.toLowerCase(Locale.ROOT);
        if (words.contains("no space left on device") || words.contains("disk quota exceeded")) {
            return new InfrastructureException(
                    FailureText.bounded("Docker cannot " + what + ": the engine's disk is full: " + reason), problem);
        }
        if (!(problem instanceof DockerException) && hasIoCause(problem)) {
            return new ServiceAwayException(
                    FailureText.bounded(
                            "The Docker engine at " + host + " is not reachable, it cannot " + what + ": " + reason),
                    problem);
        }
        return new InfrastructureException(FailureText.bounded("Docker cannot " + what + ": " + reason), problem);
    }

    private static boolean hasIoCause(Throwable problem) {
        for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException) {
                return true;
            }
        }
        return false;
    }

    private static String reason(Throwable problem) {
        @Nullable Throwable cause = problem;
        String reason = problem.toString();
        while (cause != null) {
            if (cause.getMessage() != null && !cause.getMessage().isBlank()) {
                reason = cause.getMessage().strip();
            }
            cause = cause instanceof DockerException ? null : cause.getCause();
        }
        return reason;
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (IOException e) {
            log.debug("The connection to {} was not closed", host, e);
        }
    }
}
