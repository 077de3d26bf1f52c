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
 * A Valkey or Redis server on a free loopback port. It is ready when {@link #start()} returns. It stops when it is
 * closed, or when this JVM ends in any way. Its data is in memory by default. Thread-safe.
 *
 * <p>Uses {@code valkey-server} or {@code redis-server} on the path, or else a bundled Redis 6.2.
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
     * Starts a server with defaults.
     *
     * @return a running server
     * @throws InfrastructureException if it does not respond in time
     */
    public static EmbeddedValkey start() {
        return builder().start();
    }

    /**
     * Returns a builder for a server with options.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the address on which the server listens.
     *
     * @return the loopback address
     */
    public String host() {
        return ServerProcess.LOOPBACK;
    }

    /**
     * Returns the port for plain connections, which does not change at a restart.
     *
     * @return the port
     */
    public int port() {
        return port;
    }

    /**
     * Returns the port for TLS.
     *
     * @return the port; 0 if TLS is off
     */
    public int tlsPort() {
        return tlsPort;
    }

    /**
     * Returns the server's name and version.
     *
     * @return for example {@code Valkey server 8.0.1}
     */
    public String version() {
        return binary.version();
    }

    /**
     * Returns the environment variables with which a worker connects to this server.
     *
     * @return the values, by name
     */
    public Map<String, String> environment() {
        return Map.of("VALKEY_HOST_ADDRESS", ServerProcess.LOOPBACK, "VALKEY_PORT", String.valueOf(port));
    }

    /** Kills the server, like a crash; nothing is flushed. Does nothing if the server is down. */
    public synchronized void kill() {
        ServerProcess running = process;
        process = null;
        if (running != null) {
            running.kill();
        }
    }

    /**
     * Kills the server if it runs, and starts it again with the same port and data directory.
     *
     * @throws InfrastructureException if it does not respond in time
     */
    public synchronized void restart() {
        kill();
        try {
            process = ServerProcess.start(binary, options, directory, port);
        } catch (IOException e) {
            throw new InfrastructureException("could not start " + binary.path() + ": " + e, e);
        }
    }

    /** Stops the server. Deletes its directory, unless {@link Builder#keepDataIn} has set it. */
    @Override
    public void close() {
        stop();
        try {
            Runtime.getRuntime().removeShutdownHook(shutdownHook);
        } catch (IllegalStateException e) {
            log.trace("The JVM is already shutting down", e);
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
            log.warn("Could not delete {}", directory, e);
        }
    }

    /** The options of a server. */
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
         * @param port a free port of the loopback address; 0 for any free port
         * @return this
         */
        public Builder port(int port) {
            this.port = port;
            return this;
        }

        /**
         * Stores the data in a directory, with a sync after every write. The data remains after restarts and closing.
         *
         * @param directory the directory; created if it does not exist
         * @return this
         */
        public Builder keepDataIn(Path directory) {
            this.dataDirectory = directory;
            option("appendfsync", "always");
            return this;
        }

        /**
         * Requires a password.
         *
         * @param password the default user's password
         * @return this
         */
        public Builder password(String password) {
            return option("requirepass", password);
        }

        /**
         * Adds an ACL user.
         *
         * @param name the user's name
         * @param rules the user's ACL rules, for example {@code on >secret ~* +@all}
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
         * @param certificate the PEM file of the server's certificate
         * @param key the PEM file of its key
         * @param authority the PEM file of the certificate authority
         * @return this
         */
        public Builder tls(Path certificate, Path key, Path authority) {
            this.tls = true;
            option("tls-cert-file", certificate.toString());
            option("tls-key-file", key.toString());
            return option("tls-ca-cert-file", authority.toString());
        }

        /**
         * Sets any directive of the server's configuration file.
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
         * Uses the bundled Redis 6.2, even if another server is on the path.
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
         * @throws InfrastructureException if it does not respond in time
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
