package sg.aiverify.worker.pipelines.docker;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import sg.aiverify.worker.config.Settings;

/** An engine of a test's own, to be stopped and started again; it has the base image. Needs root. */
final class PrivateEngine implements AutoCloseable {
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

    /** Starts an engine at a socket of its own. */
    static PrivateEngine startOrSkip(Path directory, Path data, String... options) throws IOException {
        return startOrSkip(directory, data, "unix://" + directory.resolve("docker.sock"), options);
    }

    /** Starts an engine at an address, or skips the test where none can be started. */
    static PrivateEngine startOrSkip(Path directory, Path data, String host, String... options) throws IOException {
        boolean present = Stream.of("/usr/sbin/dockerd", "/usr/bin/dockerd")
                .anyMatch(program -> Files.isExecutable(Path.of(program)));
        if (!present || !"root".equals(System.getProperty("user.name"))) {
            if (Boolean.getBoolean("worker.strict")) {
                throw new IllegalStateException("An engine of the test's own needs dockerd and root");
            }
            Assumptions.abort("An engine of the test's own needs dockerd and root");
        }
        Files.createDirectories(directory);
        PrivateEngine engine = new PrivateEngine(directory, data, host, List.of(options));
        engine.start();
        return engine;
    }

    String host() {
        return host;
    }

    void start() throws IOException {
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
        Process started = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("log").toFile()))
                .start();
        process = started;
        await().atMost(PATIENCE).until(() -> !started.isAlive() || log().contains("API listen on"));
        if (!started.isAlive()) {
            throw new IllegalStateException("dockerd ended:\n" + log());
        }
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("log"));
    }

    /** Ends the engine as its service would. */
    void stop() {
        Process running = process;
        if (running != null) {
            running.destroy();
            running.onExit().join();
            process = null;
        }
        try {
            Files.deleteIfExists(directory.resolve("log"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Ends the engine as a lack of memory would, with the processes it started for itself. */
    void kill() {
        Process running = process;
        if (running != null) {
            List<ProcessHandle> all = new ArrayList<>(running.descendants()
                    .filter(child -> child.info().command().orElse("").endsWith("containerd"))
                    .toList());
            all.add(running.toHandle());
            all.forEach(ProcessHandle::destroyForcibly);
            running.onExit().join();
            process = null;
        }
        try {
            Files.deleteIfExists(directory.resolve("log"));
            Files.deleteIfExists(directory.resolve("pid"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    DockerEngine connect() {
        return DockerEngine.open(Settings.of(Map.of("DOCKER_HOST", host)));
    }

    /** Brings an image from the machine's engine. */
    void load(String image) throws IOException {
        try (DockerEngine from = EngineOfTest.openOrSkip();
                DockerEngine to = connect();
                InputStream saved = from.client().saveImageCmd(image).exec()) {
            to.client().loadImageCmd(saved).exec();
        }
    }

    @Override
    public void close() {
        stop();
    }
}
