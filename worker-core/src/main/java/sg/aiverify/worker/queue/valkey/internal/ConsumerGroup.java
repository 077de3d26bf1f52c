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

/** The consumer group: created when it is not there, at the start and whenever it got lost. */
final class ConsumerGroup {
    private static final Logger log = LogManager.getLogger(ConsumerGroup.class);

    /** The last four are how servers say it of a command within a script. */
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

    /** Creates it if it is not there; returns false if it is. */
    boolean create() {
        try {
            // From the first entry on: those written before the group was there must not be skipped.
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

    /** Creates it if it is not there and does a first thing; tells a wrong configuration from a server that is away. */
    void atStart(Runnable first) {
        try {
            create();
            first.run();
        } catch (ServiceUnavailableException e) {
            throw asConfigurationProblem(e);
        }
    }

    /** Does something that needs the group, and does it again if the group had to be created. */
    <T extends @Nullable Object> T with(Supplier<T> operation) {
        boolean before = seen;
        try {
            T answer = operation.get();
            seen = true;
            return answer;
        } catch (GroupException e) {
            // A server that became a replica has lost it, too, and creates none.
            boolean created = create();
            if (created && before) { // a server that was not there at the start may never have had one
                warnOfLoss();
            }
        }
        try {
            return operation.get();
        } catch (GroupException e) {
            throw lost(e);
        }
    }

    // Whose call finds out is chance: the line is about no run.
    private void warnOfLoss() {
        Map<String, String> context = ThreadContext.getImmutableContext();
        ThreadContext.clearMap();
        try {
            log.warn(
                    "The group {} was gone from Valkey at {}; created, what is in the stream comes again",
                    name,
                    address);
        } finally {
            ThreadContext.putAll(context);
        }
    }

    private ServiceUnavailableException lost(GroupException e) {
        return new ServiceUnavailableException(
                ServiceUnavailableException.QUEUE,
                "Valkey at " + address + " loses the consumer group " + name + ": " + e.getMessage(),
                e);
    }

    private RuntimeException asConfigurationProblem(ServiceUnavailableException e) {
        String said = String.valueOf(e.getMessage());
        if (NO_ACCESS.matcher(said).find()) {
            return new ConfigurationException(said + "; check " + ValkeySettings.USERNAME.name() + " and "
                    + ValkeySettings.PASSWORD.name() + " or " + ValkeySettings.PASSWORD_FILE.name());
        }
        if (said.contains("WRONGTYPE")) {
            return new ConfigurationException(said + "; the key " + stream + " is not a stream");
        }
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException) {
                return new ConfigurationException(said + "; check " + ValkeySettings.TLS.name() + ", "
                        + ValkeySettings.CA_FILE.name() + " and " + ValkeySettings.CERT_FILE.name());
            }
        }
        if (said.contains(ValkeyConnection.CLOSED) || said.contains("reset") || said.contains("Broken pipe")) {
            return new ServiceUnavailableException(
                    ServiceUnavailableException.QUEUE,
                    said + "; if the server expects TLS, set " + ValkeySettings.TLS.name()
                            + "; if it expects a certificate, " + ValkeySettings.CERT_FILE.name(),
                    e);
        }
        return e;
    }
}
