package sg.aiverify.worker.queue.valkey.internal;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisNoScriptException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.ServiceUnavailableException;

/**
 * A connection to the server. Connects at the first call, and reconnects at the first call after a failure.
 * Thread-safe: calls run one after another.
 *
 * <p>Never retries a command, since a command that failed may have had an effect.
 */
final class ValkeyConnection implements AutoCloseable {
    /** The text for a server that closes the connection without an error. */
    static final String CLOSED = "the server closed the connection";

    private static final String REPLICA = "READONLY";

    private final String address;
    private final ValkeySockets sockets;
    private final JedisClientConfig config;
    private final ReentrantLock turn = new ReentrantLock();
    private volatile @Nullable Connection connection;
    private volatile boolean closed;

    ValkeyConnection(ValkeySettings settings, ValkeyTiming timing) {
        int readMillis = Math.toIntExact(timing.response().toMillis());
        this.address = settings.address();
        this.sockets = new ValkeySockets(settings, readMillis);
        this.config = DefaultJedisClientConfig.builder()
                .resp2()
                .socketTimeoutMillis(readMillis)
                // The ACL user may lack the permission, and servers before 7.2 lack the command.
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED)
                .user(settings.username())
                .password(settings.password())
                .build();
    }

    /**
     * Sends a command and waits for the response.
     *
     * @throws GroupException if the group does not exist, or already exists
     * @throws ServiceUnavailableException if the server cannot be reached or rejects the command
     */
    @Nullable Object execute(CommandArguments command) {
        turn.lock();
        try {
            return attempt(command);
        } catch (JedisException e) {
            throw translated(e);
        } finally {
            turn.unlock();
        }
    }

    /** Runs a script. Sends the script's text only to a server that does not know it yet. */
    @Nullable Object run(ValkeyScript script, List<String> keys, List<?> arguments) {
        turn.lock();
        try {
            return attempt(call(Command.EVALSHA, script.sha1(), keys, arguments));
        } catch (JedisNoScriptException e) {
            return execute(call(Command.EVAL, script.text(), keys, arguments));
        } catch (JedisException e) {
            throw translated(e);
        } finally {
            turn.unlock();
        }
    }

    /** Returns the server's address for the log. A host name is followed by its IP address. */
    String address() {
        return "Valkey at " + address
                + sockets.lastPeer().map(ip -> " (" + ip + ")").orElse("");
    }

    /** Returns whether a connection is open and has not failed. */
    boolean isOpen() {
        return connection != null;
    }

    /** Closes the connection, and ends a call in progress. */
    @Override
    public void close() {
        closed = true;
        disconnect();
    }

    private @Nullable Object attempt(CommandArguments command) {
        if (closed) {
            throw closed(null);
        }
        Connection open = connection;
        if (open == null) {
            open = new Connection(sockets, config);
            connection = open;
            if (closed) {
                disconnect();
                throw closed(null);
            }
        }
        return open.executeCommand(command);
    }

    private static CommandArguments call(Command eval, String script, List<String> keys, List<?> arguments) {
        return new CommandArguments(eval)
                .add(script)
                .add(keys.size())
                .addObjects(keys)
                .addObjects(arguments);
    }

    private RuntimeException translated(JedisException e) {
        if (closed) {
            return closed(e);
        }
        String error = String.valueOf(e.getMessage());
        if (!(e instanceof JedisConnectionException)) {
            if (error.contains("NOGROUP") || error.contains("UNBLOCKED") || error.contains("no such key")) {
                return new GroupException(true, error);
            }
            if (error.contains("BUSYGROUP")) {
                return new GroupException(false, error);
            }
        }
        // In all other cases, the next call reconnects: after a fail-over, the host name can resolve to another server.
        disconnect();
        if (e instanceof JedisConnectionException) {
            return new ServiceUnavailableException(
                    ServiceUnavailableException.QUEUE, "Valkey at " + address + " cannot be reached: " + reason(e), e);
        }
        if (error.contains(REPLICA)) {
            return replica(e);
        }
        return new ServiceUnavailableException(
                ServiceUnavailableException.QUEUE, "Valkey at " + address + " rejects requests: " + reply(error), e);
    }

    /** Creates the exception for a server that is a replica and rejects writes. */
    ServiceUnavailableException replica(@Nullable JedisException e) {
        return new ServiceUnavailableException(
                ServiceUnavailableException.QUEUE,
                address() + " is a read-only replica (" + REPLICA + "); set " + ValkeySettings.HOST.name()
                        + " to the primary, or promote this server",
                e);
    }

    private ServiceUnavailableException closed(@Nullable JedisException e) {
        return new ServiceUnavailableException(
                ServiceUnavailableException.QUEUE, "the queue at Valkey " + address + " was closed", e);
    }

    /**
     * Returns the server's error without a full stop and without hints for other clients, so that advice can follow.
     */
    static String reply(String error) {
        return error.startsWith("NOAUTH") ? "NOAUTH Authentication required" : withoutStop(error);
    }

    private static String withoutStop(String sentence) {
        return sentence.replaceAll("\\.$", "");
    }

    private static String reason(Throwable e) {
        Throwable failure = e;
        while (failure.getCause() != null && !(failure instanceof SSLException)) {
            failure = failure.getCause();
        }
        String text = withoutStop(Reason.of(failure)).replace("Unexpected end of stream", CLOSED);
        return failure instanceof SSLException ? "TLS: " + text : text;
    }

    private void disconnect() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.disconnect();
            } catch (JedisException e) {
                // The connection is closed in any case. Only the earlier failure is reported.
            }
        }
    }

    /** An error of the server about the consumer group. */
    static final class GroupException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final boolean missing;

        GroupException(boolean missing, String message) {
            super(message);
            this.missing = missing;
        }

        /**
         * Returns whether the group is missing, for example after a flush or a fail-over to a server without the data.
         */
        boolean isMissing() {
            return missing;
        }
    }
}
