package sg.aiverify.worker.testkit.valkey;

import static org.apiguardian.api.API.Status.STABLE;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.files.internal.DirectoryTree;

/**
 * A Valkey or Redis server on a free loopback port, ready when {@link #start()} returns, gone when it is closed or its
 * process ends, however that ends. Keeps its data in memory unless told otherwise. Thread-safe.
 *
 * <p>Takes {@code valkey-server} or {@code redis-server} from the path, else a bundled Redis 6.2.
 */
@API(status = STABLE, since = "1.0")
public final class EmbeddedValkey implements AutoCloseable {
    private static final Logger log = LogManager.getLogger(EmbeddedValkey.class);

    private final ServerBinary binary;
    private final Path directory;
    private final boolean ownDirectory;
    private final int port;
    private final int tlsPort;
    private final List<String> options;
    private final Thread shutdownHook = new Thread(this::stop, "stop-embedded-valkey");
    private @Nullable ServerProcess process;

    private EmbeddedValkey(Builder builder, ServerBinary binary) throws IOException {
        this.binary = binary;
        this.ownDirectory = builder.dataDirectory == null;
        this.directory = builder.dataDirectory == null
                ? Files.createTempDirectory("embedded-valkey-")
                : Files.createDirectories(builder.dataDirectory.toAbsolutePath());
        this.port = builder.port == 0 ? freePort() : builder.port;
        this.tlsPort = builder.tls ? freePort() : 0;
        this.options = new ArrayList<>(List.of("--bind", ServerProcess.LOOPBACK, "--port", String.valueOf(port)));
        options.addAll(List.of("--dir", directory.toString(), "--save", ""));
        options.addAll(List.of("--appendonly", ownDirectory ? "no" : "yes"));
        if (builder.tls) {
            options.addAll(List.of("--tls-port", String.valueOf(tlsPort), "--tls-auth-clients", "no"));
        }
        options.addAll(builder.options);
    }

    /**
     * Starts a server with nothing set.
     *
     * @return a running server
     * @throws InfrastructureException if it does not answer in time
     */
    public static EmbeddedValkey start() {
        return builder().start();
    }

    /**
     * Begins a server with something set.
     *
     * @return what to set it with
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Gives the address that it listens on.
     *
     * @return the loopback address
     */
    public String host() {
        return ServerProcess.LOOPBACK;
    }

    /**
     * Gives the port for plain connections; it stays the same over a restart.
     *
     * @return the port
     */
    public int port() {
        return port;
    }

    /**
     * Gives the port for TLS.
     *
     * @return the port, 0 if TLS was not asked for
     */
    public int tlsPort() {
        return tlsPort;
    }

    /**
     * Says which server this is.
     *
     * @return its name and version, for example {@code Valkey server 8.0.1}
     */
    public String version() {
        return binary.version();
    }

    /**
     * Gives the variables by which a worker finds this server.
     *
     * @return values by name
     */
    public Map<String, String> environment() {
        return Map.of("VALKEY_HOST_ADDRESS", ServerProcess.LOOPBACK, "VALKEY_PORT", String.valueOf(port));
    }

    /** Kills the server as a crash would; nothing is flushed. Does nothing if it is down. */
    public synchronized void kill() {
        ServerProcess running = process;
        process = null;
        if (running != null) {
            running.kill();
        }
    }

    /**
     * Starts the server again, on the same port and with the same data directory, after {@link #kill()}.
     *
     * @throws InfrastructureException if it does not answer in time
     */
    public synchronized void restart() {
        kill();
        try {
            process = ServerProcess.start(binary, options, directory, port);
        } catch (IOException e) {
            throw new InfrastructureException("could not start " + binary.path() + ": " + e, e);
        }
    }

    /** Stops the server and deletes its directory, unless that was given. */
    @Override
    public void close() {
        stop();
        try {
            Runtime.getRuntime().removeShutdownHook(shutdownHook);
        } catch (IllegalStateException e) {
            log.trace("The JVM is ending already", e);
        }
    }

    private synchronized void stop() {
        ServerProcess running = process;
        process = null;
        if (running != null) {
            running.stop();
        }
        if (ownDirectory) {
            deleteDirectory();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(ServerProcess.LOOPBACK))) {
            return socket.getLocalPort();
        }
    }

    private void deleteDirectory() {
        try {
            DirectoryTree.delete(directory);
        } catch (IOException e) {
            log.warn("{} could not be deleted", directory, e);
        }
    }

    /** What a server is started with. */
    public static final class Builder {
        private int port;
        private @Nullable Path dataDirectory;
        private boolean bundled;
        private boolean tls;
        private final List<String> options = new ArrayList<>();

        private Builder() {}

        /**
         * Sets the port.
         *
         * @param port a free port of the loopback address; 0 for any
         * @return this
         */
        public Builder port(int port) {
            this.port = port;
            return this;
        }

        /**
         * Keeps the data in a directory, every write at once, over restarts and after closing.
         *
         * @param directory created if it is not there
         * @return this
         */
        public Builder keepDataIn(Path directory) {
            this.dataDirectory = directory;
            option("appendfsync", "always");
            return this;
        }

        /**
         * Asks for a password.
         *
         * @param password of the default user
         * @return this
         */
        public Builder password(String password) {
            return option("requirepass", password);
        }

        /**
         * Adds an ACL user.
         *
         * @param name the user's name
         * @param rules what it may, for example {@code on >secret ~* +@all}
         * @return this
         */
        public Builder user(String name, String... rules) {
            options.addAll(List.of("--user", name));
            options.addAll(List.of(rules));
            return this;
        }

        /**
         * Listens for TLS on a second port.
         *
         * @param certificate PEM file of the server's certificate
         * @param key PEM file of its key
         * @param authority PEM file of the authority
         * @return this
         */
        public Builder tls(Path certificate, Path key, Path authority) {
            this.tls = true;
            option("tls-cert-file", certificate.toString());
            option("tls-key-file", key.toString());
            return option("tls-ca-cert-file", authority.toString());
        }

        /**
         * Sets anything else that the server's configuration file knows.
         *
         * @param name the directive
         * @param value its value
         * @return this
         */
        public Builder option(String name, String value) {
            options.addAll(List.of("--" + name, value));
            return this;
        }

        /**
         * Takes the bundled Redis 6.2 even if there is another server on the path.
         *
         * @return this
         */
        public Builder bundled() {
            this.bundled = true;
            return this;
        }

        /**
         * Starts the server.
         *
         * @return a running server
         * @throws InfrastructureException if it does not answer in time
         */
        public EmbeddedValkey start() {
            try {
                ServerBinary binary = bundled ? ServerBinary.bundled() : ServerBinary.best();
                EmbeddedValkey server = new EmbeddedValkey(this, binary);
                Runtime.getRuntime().addShutdownHook(server.shutdownHook);
                try {
                    server.restart();
                } catch (InfrastructureException e) {
                    server.close();
                    throw e;
                }
                return server;
            } catch (IOException e) {
                throw new InfrastructureException("could not prepare a Valkey server: " + e, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InfrastructureException("interrupted while a Valkey server was prepared", e);
            }
        }
    }
}
