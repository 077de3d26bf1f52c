package sg.aiverify.worker.pipelines.docker.machine;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.testkit.machine.Needs;

/** An engine for one test, which can stop and restart it; needs {@link Need#OWN_ENGINE}. */
public final class PrivateEngine implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private final Path directory;
    private final Path data;
    private final List<String> options;
    private final String host;
    private @Nullable Process process;

    private PrivateEngine(Path directory, Path data, String host, List<String> options) {
        this.directory = directory;
        this.data = data;
        this.host = host;
        this.options = options;
    }

    /** Starts an engine at its own socket. */
    public static PrivateEngine open(Path directory, Path data) throws IOException {
        return open(directory, data, "unix://" + directory.resolve("docker.sock"), List.of());
    }

    /** Starts an engine at an address; skips the test on machines where even root cannot start an engine. */
    public static PrivateEngine open(Path directory, Path data, String host, List<String> options) throws IOException {
        Files.createDirectories(directory);
        PrivateEngine engine = new PrivateEngine(directory, data, host, options);
        if (!engine.isStarted(List.of())) {
            String last = engine.log().lines().reduce("it ended without a word", (before, line) -> line);
            engine.close();
            Needs.that(false, "a dockerd that starts", last);
        }
        return engine;
    }

    public String host() {
        return host;
    }

    public void start(String... more) throws IOException {
        if (!isStarted(List.of(more))) {
            throw new IllegalStateException("dockerd ended:\n" + log());
        }
    }

    /** Starts dockerd and waits until it serves; returns false if it ended before. */
    private boolean isStarted(List<String> more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "dockerd",
                "--host",
                host,
                "--data-root",
                data.toString(),
                "--exec-root",
                directory.resolve("exec").toString(),
                "--pidfile",
                directory.resolve("pid").toString(),
                "--iptables=false",
                "--bridge=none"));
        command.addAll(options);
        command.addAll(more);
        Process started = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("log").toFile()))
                .start();
        process = started;
        await().atMost(PATIENCE).until(() -> !started.isAlive() || log().contains("API listen on"));
        return started.isAlive();
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("log"));
    }

    /** Ends the engine as its service would. */
    public void stop() {
        Process running = process;
        if (running != null) {
            running.destroy();
            running.onExit().join();
            process = null;
        }
        forget("log");
    }

    /** Kills the engine, as a lack of memory would: its containers continue for now. */
    public void kill() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly();
            running.onExit().join();
            process = null;
        }
        // Its pid may belong to a dead process that is never collected; the next engine would wait for that process.
        forget("log", "pid", "exec/containerd/containerd.pid");
    }

    private void forget(String... files) {
        try {
            for (String file : files) {
                Files.deleteIfExists(directory.resolve(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public DockerEngine connect() {
        return DockerEngine.open(Settings.of(Map.of("DOCKER_HOST", host)));
    }

    /** Copies an image from the machine's engine. */
    public void load(String image) throws IOException {
        try (DockerEngine from = AvailableEngine.open();
                DockerEngine to = connect();
                InputStream saved = from.client().saveImageCmd(image).exec()) {
            to.client().loadImageCmd(saved).exec();
        }
    }

    @Override
    public void close() {
        stop();
        unmount();
    }

    /** Unmounts the remaining mounts of a killed engine, so that the directory can be deleted. */
    private void unmount() {
        try {
            List<String> places = new ArrayList<>(Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                    .map(line -> line.split(" ")[1])
                    .filter(place -> place.startsWith(directory + "/"))
                    .toList());
            Collections.reverse(places);
            for (String place : places) {
                new ProcessBuilder("umount", "--lazy", place).start().onExit().join();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
