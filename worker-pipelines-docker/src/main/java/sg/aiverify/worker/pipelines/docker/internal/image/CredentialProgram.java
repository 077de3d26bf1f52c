package sg.aiverify.worker.pipelines.docker.internal.image;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.Reason;

/**
 * A credential helper: a program that stores credentials for the Docker client. Its protocol is described in
 * https://github.com/docker/docker-credential-helpers#development.
 */
final class CredentialProgram {
    private static final String NOT_FOUND = "credentials not found in native keychain";
    private static final long PATIENCE_SECONDS = 30;
    private final String program;
    private final Path origin;

    /**
     * A user and a secret.
     *
     * @param user the user; "&lt;token&gt;" if the secret is an identity token
     * @param secret the password or token
     */
    record Credentials(String user, String secret) {
        @Override
        public String toString() {
            return "credentials of " + user;
        }
    }

    /** Creates the helper from the name or path of its program, and the file that configures it. */
    CredentialProgram(String program, Path origin) {
        this.program = program;
        this.origin = origin;
    }

    /** Returns the credentials for a server; empty if the helper does not have them. */
    Optional<Credentials> get(String server) {
        @Nullable Process process = null;
        try {
            Process started = new ProcessBuilder(program, "get")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process = started;
            CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> read(started));
            try (OutputStream input = started.getOutputStream()) {
                input.write(server.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // The program ended before it read the request; its output contains the reason.
            }
            String text = output.get(PATIENCE_SECONDS, TimeUnit.SECONDS).strip();
            if (started.waitFor() == 0) {
                return Optional.of(parse(text));
            }
            if (text.contains(NOT_FOUND)) {
                return Optional.empty();
            }
            throw problem("failed with \"" + text.lines().findFirst().orElse("") + "\"", null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw problem("was interrupted", e);
        } catch (TimeoutException e) {
            throw problem("did not respond within " + PATIENCE_SECONDS + " s", e);
        } catch (IOException | ExecutionException e) {
            throw problem("cannot be run: " + Reason.of(e), e);
        } finally {
            if (process != null) {
                process.destroyForcibly();
            }
        }
    }

    private static String read(Process process) {
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Credentials parse(String text) {
        try {
            JsonObject object = JsonParser.parseString(text).getAsJsonObject();
            return new Credentials(
                    object.get("Username").getAsString(), object.get("Secret").getAsString());
        } catch (JsonParseException | IllegalStateException | NullPointerException e) {
            throw problem("did not return Username and Secret in JSON", null);
        }
    }

    private ConfigurationException problem(String what, @Nullable Throwable cause) {
        return new ConfigurationException(
                List.of("The credential helper " + program + ", configured in " + origin + ", " + what), cause);
    }
}
