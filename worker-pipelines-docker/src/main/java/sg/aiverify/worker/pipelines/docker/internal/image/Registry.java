package sg.aiverify.worker.pipelines.docker.internal.image;

import com.github.dockerjava.api.command.PullImageCmd;
import com.github.dockerjava.api.command.PushImageCmd;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.AuthConfig;
import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.api.model.PushResponseItem;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.run.Cancellation;

/**
 * The registry that images are pushed to and pulled from. All runs need the registry, so they wait while it is
 * unavailable, as they wait for the engine. The engine connects to the registry, and reports errors of the registry
 * only as text. Thread-safe.
 */
public final class Registry {
    private static final List<String> UNAVAILABLE = List.of(
            "connection refused",
            "no such host",
            "no route to host",
            "network is unreachable",
            "i/o timeout",
            "handshake timeout",
            "connection reset",
            "connection timed out",
            "client.timeout exceeded",
            "deadline exceeded",
            "request canceled while waiting",
            "server misbehaving",
            "temporary failure in name resolution",
            ": eof",
            "unexpected eof",
            "502 bad gateway",
            "503 service",
            "504 gateway");
    private static final List<String> REFUSED =
            List.of("unauthorized", "no basic auth credentials", "authentication required", "denied", "403 forbidden");
    private static final List<String> ABSENT = List.of("not found", "manifest unknown", "name unknown");
    private final DockerEngine engine;
    private final RegistryCredentials credentials;

    public Registry(DockerEngine engine, RegistryCredentials credentials) {
        this.engine = engine;
        this.credentials = credentials;
    }

    /** Pulls an image unless the engine has the same image; returns false if the registry does not contain it. */
    public boolean pull(ImageName name, Cancellation cancellation) throws InterruptedException {
        String what = "pull " + name;
        Optional<AuthConfig> login = credentials.find(host(name));
        try (ImageTransfer<PullResponseItem> transfer = new ImageTransfer<>()) {
            PullImageCmd command =
                    engine.client().pullImageCmd(name.repository()).withTag(name.tag());
            login.ifPresent(command::withAuthConfig);
            command.exec(transfer);
            transfer.awaitEnd(cancellation);
            Optional<String> error = transfer.findError();
            if (error.isPresent() && !(isAny(ABSENT, error.get()) && !isAny(UNAVAILABLE, error.get()))) {
                throw problem(name, what, error.get(), login, null);
            }
            return error.isEmpty();
        } catch (NotFoundException e) {
            return false;
        } catch (IOException | RuntimeException e) {
            throw problem(name, what, login, e);
        }
    }

    public void push(ImageName name, Cancellation cancellation) throws InterruptedException {
        String what = "push " + name;
        Optional<AuthConfig> login = credentials.find(host(name));
        try (ImageTransfer<PushResponseItem> transfer = new ImageTransfer<>()) {
            PushImageCmd command =
                    engine.client().pushImageCmd(name.repository()).withTag(name.tag());
            // The engine requires the header even without credentials.
            command.withAuthConfig(login.orElseGet(AuthConfig::new));
            command.exec(transfer);
            transfer.awaitEnd(cancellation);
            Optional<String> error = transfer.findError();
            if (error.isPresent()) {
                throw problem(name, what, error.get(), login, null);
            }
        } catch (IOException | RuntimeException e) {
            throw problem(name, what, login, e);
        }
    }

    private StageException problem(ImageName name, String what, Optional<AuthConfig> login, Exception problem) {
        if (problem instanceof StageException known) {
            return known;
        }
        StageException ofEngine = engine.failure(what, problem);
        return ofEngine instanceof ServiceUnavailableException
                ? ofEngine
                : problem(name, what, DockerEngine.reason(problem), login, problem);
    }

    private StageException problem(
            ImageName name, String what, String reason, Optional<AuthConfig> login, @Nullable Exception cause) {
        String host = host(name);
        if (isAny(REFUSED, reason)) {
            String who = login.map(used -> used.getUsername() == null
                            ? "with the token from " + credentials.origin(host)
                            : "as " + used.getUsername() + ", with credentials from " + credentials.origin(host))
                    .orElseGet(() -> "without credentials, which are missing in " + credentials.origin(host));
            return new InfrastructureException(
                    FailureText.printable(
                            "The registry " + host + " refuses to let Docker " + what + " " + who + ": " + reason),
                    cause);
        }
        if (isAny(UNAVAILABLE, reason)) {
            return new ServiceUnavailableException(
                    "registry",
                    FailureText.printable(
                            "The registry " + host + " is not reachable; Docker cannot " + what + ": " + reason),
                    cause);
        }
        return engine.failure(what, reason, cause);
    }

    private static boolean isAny(List<String> words, String reason) {
        String lower = reason.toLowerCase(Locale.ROOT);
        return words.stream().anyMatch(lower::contains);
    }

    private static String host(ImageName name) {
        String repository = name.repository();
        int slash = repository.indexOf('/');
        return slash < 0 ? repository : repository.substring(0, slash);
    }
}
