package sg.aiverify.worker.pipelines.docker.machine;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.internal.image.ImageStore;
import sg.aiverify.worker.testkit.machine.Needs;

/** Programs and services that tests need and not every machine has; checked once, when a test class needs one first. */
public enum Need {
    ENGINE("a Docker engine", Need::engine),
    BASE_IMAGE("the image " + AvailableEngine.BASE_IMAGE, Need::baseImage),
    OWN_ENGINE("an engine of the test's own", Need::ownEngine),
    REGISTRY("a registry", () -> program("docker-registry")),
    OPENSSL("openssl", () -> program("openssl"));

    private final String what;
    private final Supplier<@Nullable String> look;
    private boolean isKnown;
    private @Nullable String why;

    /** Creates a need; {@code check} returns why it is not met, or null if it is. */
    Need(String what, Supplier<@Nullable String> look) {
        this.what = what;
        this.look = look;
    }

    /** Skips the test if this is missing. */
    synchronized void require() {
        if (!isKnown) {
            why = look.get();
            isKnown = true;
        }
        Needs.that(why == null, what, String.valueOf(why));
    }

    private static @Nullable String engine() {
        try (DockerEngine engine = AvailableEngine.open()) {
            engine.call("answer", () -> engine.client().pingCmd().exec());
            return null;
        } catch (StageException | ConfigurationException e) {
            return e.getMessage();
        }
    }

    private static @Nullable String baseImage() {
        ENGINE.require();
        try (DockerEngine engine = AvailableEngine.open()) {
            return new ImageStore(engine).findId(AvailableEngine.BASE_IMAGE).isPresent()
                    ? null
                    : "the engine at " + AvailableEngine.host()
                            + " does not have it; worker-pipelines-docker/src/test/docker/base-image.sh makes it";
        }
    }

    private static @Nullable String ownEngine() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return "only root can start dockerd, and this is " + System.getProperty("user.name");
        }
        return Stream.of("dockerd", "mount")
                .map(Need::program)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseGet(Need::mount);
    }

    /** Without permission to mount, as in many containers, dockerd starts but cannot store images. */
    private static @Nullable String mount() {
        try {
            Path directory = Files.createTempDirectory("mount");
            try {
                Process mount = new ProcessBuilder("mount", "-t", "tmpfs", "tmpfs", directory.toString())
                        .redirectErrorStream(true)
                        .start();
                String output = new String(mount.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (mount.waitFor() != 0) {
                    return output.strip();
                }
                new ProcessBuilder("umount", directory.toString()).start().waitFor();
                return null;
            } finally {
                Files.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static @Nullable String program(String name) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)))
                ? null
                : "there is no " + name + " on the PATH";
    }
}
