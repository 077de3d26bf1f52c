package sg.aiverify.worker.queue.valkey.internal;

import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.ThreadContext;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol.Command;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.queue.valkey.internal.ValkeyConnection.GroupException;

/** The consumer group of all workers. Creates the group at the start, and again after the server has lost it. */
final class ConsumerGroup {
    private static final Logger log = LogManager.getLogger(ConsumerGroup.class);

    /** Errors of authentication and permissions. The last four are errors of a command in a script. */
    private static final Pattern NO_ACCESS = Pattern.compile(
            "NOAUTH|WRONGPASS|NOPERM|ERR AUTH|ACL failure|no permissions|can't run this command|can't access");

    private final String stream;
    private final String name;
    private final String address;
    private final ValkeyConnection connection;
    private volatile boolean seen;

    ConsumerGroup(String stream, String name, String address, ValkeyConnection connection) {
        this.stream = stream;
        this.name = name;
        this.address = address;
        this.connection = connection;
    }

    /** Creates the group. Returns false if the group already exists. */
    boolean create() {
        try {
            // The group starts at the first entry, so that entries which are older than the group are not skipped.
            connection.execute(
                    new CommandArguments(Command.XGROUP).addObjects("CREATE", stream, name, "0", "MKSTREAM"));
            seen = true;
            return true;
        } catch (GroupException e) {
            if (e.isMissing()) {
                throw lost(e);
            }
            seen = true;
            return false;
        }
    }

    /**
     * Creates the group if it does not exist, then runs an action. Distinguishes wrong settings from an unavailable
     * server.
     */
    void atStart(Runnable first) {
        try {
            create();
            first.run();
        } catch (ServiceUnavailableException e) {
            throw asConfigurationProblem(e);
        }
    }

    /** Runs an action that needs the group. If the group does not exist, creates it and repeats the action. */
    <T extends @Nullable Object> T with(Supplier<T> operation) {
        boolean before = seen;
        try {
            T result = operation.get();
            seen = true;
            return result;
        } catch (GroupException e) {
            // This fails on a server that has become a replica: it may have lost the group, but rejects writes.
            boolean created = create();
            if (created && before) { // Otherwise the server may never have had a group.
                warnOfLoss();
            }
        }
        try {
            return operation.get();
        } catch (GroupException e) {
            throw lost(e);
        }
    }

    // Any call can notice the loss, so the log line must not contain the id of a run.
    private void warnOfLoss() {
        Map<String, String> context = ThreadContext.getImmutableContext();
        ThreadContext.clearMap();
        try {
            log.warn(
                    "The consumer group {} was missing in Valkey at {}; created it, the stream's entries are redelivered",
                    name,
                    address);
        } finally {
            ThreadContext.putAll(context);
        }
    }

    private ServiceUnavailableException lost(GroupException e) {
        return new ServiceUnavailableException(
                ServiceUnavailableException.QUEUE,
                "Valkey at " + address + " keeps losing the consumer group " + name + ": " + e.getMessage(),
                e);
    }

    private RuntimeException asConfigurationProblem(ServiceUnavailableException e) {
        String error = String.valueOf(e.getMessage());
        if (NO_ACCESS.matcher(error).find()) {
            return new ConfigurationException(error + "; check " + ValkeySettings.USERNAME.name() + " and "
                    + ValkeySettings.PASSWORD.name() + " or " + ValkeySettings.PASSWORD_FILE.name());
        }
        if (error.contains("WRONGTYPE")) {
            return new ConfigurationException(error + "; the key " + stream + " is not a stream");
        }
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException) {
                return new ConfigurationException(error + "; check " + ValkeySettings.TLS.name() + ", "
                        + ValkeySettings.CA_FILE.name() + " and " + ValkeySettings.CERT_FILE.name());
            }
        }
        if (error.contains(ValkeyConnection.CLOSED) || error.contains("reset") || error.contains("Broken pipe")) {
            return new ServiceUnavailableException(
                    ServiceUnavailableException.QUEUE,
                    error + "; if the server expects TLS, set " + ValkeySettings.TLS.name()
                            + "; if it expects a certificate, " + ValkeySettings.CERT_FILE.name(),
                    e);
        }
        return e;
    }
}
