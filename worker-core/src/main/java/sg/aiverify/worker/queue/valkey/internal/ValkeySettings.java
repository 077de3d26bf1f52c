package sg.aiverify.worker.queue.valkey.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.Reason;

/**
 * The Valkey server's address and credentials, and the settings of the queue.
 *
 * @param host the server's host name or IP address
 * @param port the server's port
 * @param username the ACL user; null for the default user
 * @param password the password; null if there is no password
 * @param tls whether to use TLS
 * @param caFile PEM file of the trusted certificate authorities; null for those of the Java runtime
 * @param certFile PEM file of this worker's certificate chain; null if it has no certificate
 * @param keyFile PEM file of the certificate's private key; null if it has no certificate
 * @param lease the length of a lease
 * @param foreignIdle idle time after which deliveries of Python workers are taken over, since Python workers send no
 *     heartbeat; null to never take them over
 * @param keepEntries whether finished entries stay in the stream
 * @param maxDeadLetters the approximate number of dead letters to keep
 */
public record ValkeySettings(
        String host,
        int port,
        @Nullable String username,
        @Nullable String password,
        boolean tls,
        @Nullable Path caFile,
        @Nullable Path certFile,
        @Nullable Path keyFile,
        Duration lease,
        @Nullable Duration foreignIdle,
        boolean keepEntries,
        int maxDeadLetters) {
    private static final String SERVER = "Valkey";
    private static final String QUEUE = "Queue";

    /** The server's host. */
    public static final Setting<String> HOST = Setting.text(
                    "VALKEY_HOST_ADDRESS", "127.0.0.1", "host of the Valkey server")
            .inGroup(SERVER);
    /** The server's port. */
    public static final Setting<Integer> PORT = Setting.integer(
                    "VALKEY_PORT", "6379", 1, 65535, "port of the Valkey server")
            .inGroup(SERVER)
            .withDetails("""
                    In Kubernetes, a service named `valkey` sets this variable to something else.
                    Set it in the pod, or set `enableServiceLinks: false` there.
                    """);
    /** The ACL user. */
    public static final Setting<String> USERNAME = Setting.text(
                    "VALKEY_USERNAME", null, "ACL user at the Valkey server; needs a password")
            .inGroup(SERVER);
    /** The password. */
    public static final Setting<String> PASSWORD = Setting.secret("VALKEY_PASSWORD", "password at the Valkey server")
            .inGroup(SERVER)
            .withDetails("The password never appears in a message.");
    /** A file with the password. */
    public static final Setting<Path> PASSWORD_FILE = Setting.secretFile(
                    "VALKEY_PASSWORD_FILE", "file with the password, in place of VALKEY_PASSWORD")
            .inGroup(SERVER);
    /** Whether to use TLS. */
    public static final Setting<Boolean> TLS =
            Setting.flag("VALKEY_TLS", false, "use TLS to the Valkey server").inGroup(SERVER);
    /** The trusted certificate authorities. */
    public static final Setting<Path> CA_FILE = Setting.path(
                    "VALKEY_CA_FILE", null, "PEM file of the trusted certificate authorities; needs VALKEY_TLS=true")
            .inGroup(SERVER)
            .whenNotSet("those of the Java runtime");
    /** The worker's own certificate. */
    public static final Setting<Path> CERT_FILE = Setting.path(
                    "VALKEY_CERT_FILE", null, "PEM file of the worker's certificate for the Valkey server")
            .inGroup(SERVER)
            .withDetails("""
                    The file contains the certificate and its chain of authorities.
                    It needs `VALKEY_TLS=true` and `VALKEY_KEY_FILE`.
                    """);
    /** The key of the worker's own certificate. */
    public static final Setting<Path> KEY_FILE = Setting.secretFile(
                    "VALKEY_KEY_FILE", "PEM file of the private key of VALKEY_CERT_FILE: PKCS #8, not encrypted")
            .inGroup(SERVER);
    /** The length of a lease. */
    public static final Setting<Duration> LEASE = Setting.seconds("TEWORKER_LEASE_SECONDS", "60", "lease of a task")
            .inGroup(QUEUE)
            .withDetails("""
                    The worker renews a lease every third of this time, and at least every 2 s.
                    When a worker dies, another one takes over its task after this time.

                    Use the same lease for all workers of a queue.
                    The lease is a setting of the worker and is not kept with the task.
                    Each worker decides by its own setting when a lease has expired.
                    So the worker with the shortest lease decides how long any other worker may pause.
                    A worker with a lease of 1 or 2 s takes tasks from workers that renew theirs every 2 s.
                    """);
    /** The idle time before a takeover from Python workers. */
    public static final Setting<Duration> FOREIGN_IDLE = Setting.seconds(
                    "TEWORKER_FOREIGN_IDLE_SECONDS",
                    null,
                    "idle time after which tasks of Python workers are taken over")
            .inGroup(QUEUE)
            .whenNotSet("never")
            .withDetails("""
                    Python workers do not renew leases.
                    So this time must be longer than any of their runs, and not shorter than `TEWORKER_LEASE_SECONDS`.
                    """);
    /** Whether finished entries stay in the stream. */
    public static final Setting<Boolean> KEEP_ENTRIES = Setting.flag(
                    "TEWORKER_KEEP_ENTRIES", false, "leave finished entries in the stream, as the Python worker does")
            .inGroup(QUEUE);
    /** The number of dead letters to keep. */
    public static final Setting<Integer> DEAD_LETTERS_MAX = Setting.integer(
                    "TEWORKER_DEAD_LETTERS_MAX", "10000", 1, 100_000_000, "approximate number of dead letters to keep")
            .inGroup(QUEUE)
            .withDetails("Above this number the oldest dead letters are deleted, with a warning in the log.");

    public ValkeySettings {
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(lease, "lease");
        List<String> problems = new ArrayList<>();
        if (port < 1 || port > 65535) {
            problems.add("port must be from 1 to 65535, was " + port);
        }
        if (lease.toMillis() < 1) {
            problems.add("lease must be at least a millisecond, was " + lease);
        }
        if (foreignIdle != null && foreignIdle.compareTo(lease) < 0) {
            problems.add(FOREIGN_IDLE.name() + "=" + foreignIdle.toSeconds() + " is shorter than the lease of "
                    + lease.toSeconds() + " s");
        }
        if (username != null && password == null) {
            problems.add(USERNAME.name() + "=" + username + " needs a password; set " + PASSWORD.name() + " or "
                    + PASSWORD_FILE.name());
        }
        if (caFile != null && !tls) {
            problems.add(CA_FILE.name() + "=" + caFile + " has no effect without " + TLS.name() + "=true");
        }
        if ((certFile == null) != (keyFile == null)) {
            problems.add(CERT_FILE.name() + " and " + KEY_FILE.name() + " go together; set both or none");
        }
        if (certFile != null && !tls) {
            problems.add(CERT_FILE.name() + "=" + certFile + " has no effect without " + TLS.name() + "=true");
        }
        if (maxDeadLetters < 1) {
            problems.add("maxDeadLetters must be at least 1, was " + maxDeadLetters);
        }
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
    }

    /**
     * Lists the settings.
     *
     * @return every setting that {@link #from} reads
     */
    public static List<Setting<?>> all() {
        return List.of(
                HOST,
                PORT,
                USERNAME,
                PASSWORD,
                PASSWORD_FILE,
                TLS,
                CA_FILE,
                CERT_FILE,
                KEY_FILE,
                LEASE,
                FOREIGN_IDLE,
                KEEP_ENTRIES,
                DEAD_LETTERS_MAX);
    }

    /**
     * Reads the settings and the files that they refer to.
     *
     * @param settings values by name
     * @return the parsed settings
     * @throws ConfigurationException listing each invalid value, each unusable file, and each contradiction
     */
    public static ValkeySettings from(Settings settings) {
        settings.check(all());
        List<String> problems = new ArrayList<>();
        String password = null;
        try {
            password = password(settings).orElse(null);
        } catch (ConfigurationException e) {
            problems.add(e.getMessage());
            // A password was set, so the error message must not state that the user needs a password.
            password = "";
        }
        boolean tls = settings.get(TLS);
        Path caFile = settings.find(CA_FILE).orElse(null);
        Path certFile = settings.find(CERT_FILE).orElse(null);
        Path keyFile = settings.find(KEY_FILE).orElse(null);
        try {
            if (tls) {
                ValkeySockets.tls(caFile, certFile, keyFile);
            }
        } catch (ConfigurationException e) {
            problems.add(e.getMessage());
        }
        try {
            ValkeySettings read = new ValkeySettings(
                    settings.get(HOST),
                    settings.get(PORT),
                    settings.find(USERNAME).orElse(null),
                    password,
                    tls,
                    caFile,
                    certFile,
                    keyFile,
                    settings.get(LEASE),
                    settings.find(FOREIGN_IDLE).orElse(null),
                    settings.get(KEEP_ENTRIES),
                    settings.get(DEAD_LETTERS_MAX));
            if (problems.isEmpty()) {
                return read;
            }
        } catch (ConfigurationException e) {
            problems.add(e.getMessage());
        }
        throw new ConfigurationException(problems);
    }

    /**
     * Returns the server's address.
     *
     * @return host and port
     */
    public String address() {
        return host + ":" + port;
    }

    private static Optional<String> password(Settings settings) {
        Optional<Path> file = settings.find(PASSWORD_FILE);
        if (file.isEmpty()) {
            return settings.find(PASSWORD);
        }
        if (settings.isSet(PASSWORD)) {
            throw new ConfigurationException(
                    "both " + PASSWORD.name() + " and " + PASSWORD_FILE.name() + " are set; set one of them");
        }
        String text;
        try {
            text = Files.readString(file.get()).strip();
        } catch (IOException e) {
            throw new ConfigurationException(
                    PASSWORD_FILE.name() + "=" + file.get() + " cannot be read: " + Reason.of(e));
        }
        if (text.isEmpty()) {
            throw new ConfigurationException(PASSWORD_FILE.name() + "=" + file.get() + " is empty");
        }
        return Optional.of(text);
    }

    @Override
    public String toString() {
        return "ValkeySettings[" + address() + (username == null ? "" : ", user " + username)
                + (password == null ? "" : ", password ***") + (tls ? ", TLS" : "") + ", lease " + lease + "]";
    }
}
