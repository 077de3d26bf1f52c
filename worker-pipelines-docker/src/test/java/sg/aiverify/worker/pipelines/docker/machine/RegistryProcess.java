package sg.aiverify.worker.pipelines.docker.machine;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A real registry. It keeps its images and its port when it is restarted. */
public final class RegistryProcess implements AutoCloseable {
    public static final String USER = "tester";
    public static final String PASSWORD = "secret-of-test";

    /** The bcrypt hash of the password. */
    private static final String HASH = "$2b$12$dFjMfEAMcDEZg/Tpjybmles8crcwBjZ/UfnwBxTHOLAndjN/wvgKy";

    private final Path configuration;
    private final Path output;
    private final int port;
    private @Nullable Process process;

    private RegistryProcess(Path directory, int port) {
        this.configuration = directory.resolve("config.yml");
        this.output = directory.resolve("output");
        this.port = port;
    }

    /** Starts a registry; needs {@link Need#REGISTRY}. */
    public static RegistryProcess open(Path directory, Path images, boolean withUser) throws IOException {
        Files.createDirectories(directory);
        String auth = "";
        if (withUser) {
            Path users = Files.writeString(directory.resolve("htpasswd"), USER + ":" + HASH + "\n");
            auth = "auth: {htpasswd: {realm: test, path: " + users + "}}\n";
        }
        RegistryProcess registry = new RegistryProcess(directory, freePort());
        Files.writeString(registry.configuration, """
                version: 0.1
                storage: {filesystem: {rootdirectory: %s}}
                http: {addr: "%s"}
                """.formatted(images, registry.address()) + auth);
        registry.start();
        return registry;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    public String address() {
        return "127.0.0.1:" + port;
    }

    public void start() throws IOException {
        process = new ProcessBuilder(List.of("docker-registry", "serve", configuration.toString()))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(this::answers);
    }

    private boolean answers() throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://" + address() + "/v2/").toURL().openConnection();
        return connection.getResponseCode() < 500;
    }

    public void stop() {
        Process running = process;
        if (running != null) {
            running.destroy();
            running.onExit().join();
        }
    }

    @Override
    public void close() {
        stop();
    }
}
