package sg.aiverify.worker.pipelines.docker;

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
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
import sg.aiverify.worker.failure.ServiceAwayException;
import sg.aiverify.worker.failure.StageException;

/** A connection to a Docker engine, whose failures are told by who must act. Thread-safe. */
final class DockerEngine implements AutoCloseable {
    /** Names the service in {@link ServiceAwayException}. */
    static final String SERVICE = "docker";

    private static final Logger log = LogManager.getLogger(DockerEngine.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int CONNECTIONS = 4096;
    /** More connections than a worker keeps open. */
    private static final int MAX_RESENT = 20;

    private static final int REMOVAL_SECONDS = 60;
    /** How often a removal is tried again. */
    private static final int REMOVALS = 720;

    private final DockerClient client;
    private final EngineAddress address;
    private final String host;
    private final Queue<Removal> undone = new ConcurrentLinkedQueue<>();
    private final ExecutorService removals = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "docker-removal");
        thread.setDaemon(true);
        return thread;
    });

    private record Removal(String what, Callable<?> call, int left) {}

    private DockerEngine(DockerClient client, EngineAddress address) {
        this.client = client;
        this.address = address;
        this.host = address.host().toString();
    }

    /** Opens the engine that the Docker client would use; connects only when it is used. */
    static DockerEngine open(Settings settings) {
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
        // All is given here: what the library would look up by itself, it looks up differently from the client.
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

    DockerClient client() {
        return client;
    }

    /** Calls the engine; what fails is told with the words {@code what}, which complete "Docker cannot ...". */
    <T> T call(String what, Supplier<T> call) {
        return callOnce(what, () -> received(call));
    }

    /** The same for a call that sends a stream: a part of it may have been read already. */
    <T> T callOnce(String what, Supplier<T> call) {
        try {
            return call.get();
        } catch (RuntimeException e) {
            throw failure(what, e);
        }
    }

    /**
     * Calls again where the engine has not received the request: after a restart it has closed the connections that are
     * kept open here, and each is found to be closed only by its use.
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

    /** Looks something up; empty if it is not there. */
    <T> Optional<T> find(String what, Supplier<T> call) {
        try {
            return Optional.of(received(call));
        } catch (NotFoundException e) {
            return Optional.empty();
        } catch (RuntimeException e) {
            throw failure(what, e);
        }
    }

    /** Removes something whatever state this thread is in; what fails is tried again by {@link #cleanUpAgain}. */
    void cleanUp(String what, Callable<?> removal) {
        boolean interrupted = Thread.interrupted();
        try {
            attempt(new Removal(what, removal, REMOVALS));
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Removes a container, running or not, with its anonymous volumes, as {@link #cleanUp} does. */
    void removeContainer(String id) {
        cleanUp(
                "remove the container " + id,
                () -> client.removeContainerCmd(id)
                        .withForce(true)
                        .withRemoveVolumes(true)
                        .exec());
    }

    /** Tries once more what could not be removed, for example because the engine was away. */
    void cleanUpAgain() {
        for (int left = undone.size(); left > 0; left--) {
            Removal removal = undone.poll();
            if (removal != null) {
                attempt(removal);
            }
        }
    }

    private void attempt(Removal removal) {
        Throwable problem = problem(removal.call());
        if (problem instanceof NotFoundException) {
            log.debug("{}: gone already", removal.what());
        } else if (problem != null) {
            if (removal.left() == 0) {
                log.warn("Docker cannot {}, it is left to the sweep: {}", removal.what(), reason(problem));
            } else {
                log.debug("Docker cannot {} yet: {}", removal.what(), reason(problem));
                undone.add(new Removal(removal.what(), removal.call(), removal.left() - 1));
            }
        }
    }

    /** Calls with a limit: an engine that hangs must not hold up the end of a run. */
    private @Nullable Throwable problem(Callable<?> call) {
        Future<?> going = removals.submit(call);
        try {
            going.get(REMOVAL_SECONDS, TimeUnit.SECONDS);
            return null;
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (TimeoutException e) {
            going.cancel(true);
            return e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return e;
        }
    }

    /** Tells whether the engine takes new connections: one that stops goes on answering on those it has. */
    boolean isThere() {
        try (DockerClient fresh = client(address, 1, PATIENCE)) {
            fresh.pingCmd().exec();
            return true;
        } catch (IOException | RuntimeException e) {
            log.debug("The engine at {} does not answer", host, e);
            return false;
        }
    }

    /** Gives the failure for a problem with what completes "Docker cannot ...". */
    StageException failure(String what, Throwable problem) {
        if (problem instanceof StageException known) {
            return known;
        }
        String reason = Reason.of(problem);
        if (isGatewayError(problem)) {
            return away(what, reason, problem);
        }
        if (!(problem instanceof DockerException) && hasIoCause(problem, cause -> true)) {
            // An engine that answers has broken this one connection: to wait for it would be to wait for nothing.
            return isThere()
                    ? new InfrastructureException(
                            FailureText.printable("Docker cannot " + what + ": the connection to the engine at " + host
                                    + " broke: " + reason),
                            problem)
                    : away(what, reason, problem);
        }
        return failure(what, reason, problem);
    }

    /** Gives the failure for a problem that the engine tells in words. */
    StageException failure(String what, String reason, @Nullable Throwable problem) {
        String words = reason.toLowerCase(Locale.ROOT);
        if (words.contains("no space left on device") || words.contains("disk quota exceeded")) {
            return new InfrastructureException(
                    FailureText.printable(
                            "Docker cannot " + what + ": the disk of the engine at " + host + " is full: " + reason),
                    problem);
        }
        if (words.contains("no such image")) {
            return new InfrastructureException(
                    FailureText.printable("Docker cannot " + what + ": the image is not at the engine at " + host
                            + " any more, it will be built again: " + reason),
                    problem);
        }
        if (words.contains("docker-init")) {
            return new InfrastructureException(
                    FailureText.printable("Docker cannot " + what + ": the engine at " + host
                            + " has no docker-init; install the package docker-init or tini there: " + reason),
                    problem);
        }
        return new InfrastructureException(FailureText.printable("Docker cannot " + what + ": " + reason), problem);
    }

    private ServiceAwayException away(String what, String reason, @Nullable Throwable problem) {
        return new ServiceAwayException(
                SERVICE,
                FailureText.printable(
                        "The Docker engine at " + host + " is not reachable, it cannot " + what + ": " + reason),
                problem);
    }

    /** What a proxy before the engine answers while the engine is away. */
    private static boolean isGatewayError(Throwable problem) {
        return problem instanceof DockerException answer
                && answer.getHttpStatus() >= 502
                && answer.getHttpStatus() <= 504;
    }

    private static boolean hasIoCause(Throwable problem, Predicate<IOException> kind) {
        for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException io && kind.test(io)) {
                return true;
            }
        }
        return false;
    }

    /** Gives the words of a problem. */
    static String reason(Throwable problem) {
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
        removals.shutdown();
        try {
            client.close();
        } catch (IOException e) {
            log.debug("The connection to {} was not closed", host, e);
        }
    }
}
