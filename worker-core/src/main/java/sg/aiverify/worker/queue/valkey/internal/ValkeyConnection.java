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
 * One connection, made when it is needed and made anew after it failed. Thread-safe: calls take turns.
 *
 * <p>Never tries a command twice: after a failure it may have happened or not.
 */
final class ValkeyConnection implements AutoCloseable {
    /** What a server is said to do that ends the connection without a word. */
    static final String CLOSED = "the server closed the connection";

    private static final String REPLICA = "READONLY";

    private final String address;
    private final ValkeySockets sockets;
    private final JedisClientConfig config;
    private final ReentrantLock turn = new ReentrantLock();
    private volatile @Nullable Connection connection;
    private volatile boolean closed;

    ValkeyConnection(ValkeySettings settings, ValkeyTiming timing) {
        int readMillis = Math.toIntExact(timing.answer().toMillis());
        this.address = settings.address();
        this.sockets = new ValkeySockets(settings, readMillis);
        this.config = DefaultJedisClientConfig.builder()
                .resp2()
                .socketTimeoutMillis(readMillis)
                // An ACL user may not be allowed to, and servers before 7.2 cannot.
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED)
                .user(settings.username())
                .password(settings.password())
                .build();
    }

    /**
     * Sends a command and waits for its answer.
     *
     * @throws GroupException if the group is not there, or already there
     * @throws ServiceUnavailableException if the server cannot be reached or cannot serve
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

    /** Runs a script; the text is sent only to a server that does not have it yet. */
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

    /** Says where the server is, with its address in numbers where a name leads there. */
    String address() {
        return "Valkey at " + address
                + sockets.lastPeer().map(ip -> " (" + ip + ")").orElse("");
    }

    /** Tells whether there is a connection that has not failed yet. */
    boolean isOpen() {
        return connection != null;
    }

    /** Ends a call in progress as well. */
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
        String said = String.valueOf(e.getMessage());
        if (!(e instanceof JedisConnectionException)) {
            if (said.contains("NOGROUP") || said.contains("UNBLOCKED") || said.contains("no such key")) {
                return new GroupException(true, said);
            }
            if (said.contains("BUSYGROUP")) {
                return new GroupException(false, said);
            }
        }
        // Whatever else it is, the next call starts afresh: after a fail-over the name leads to another server.
        disconnect();
        if (e instanceof JedisConnectionException) {
            return new ServiceUnavailableException(
                    ServiceUnavailableException.QUEUE, "Valkey at " + address + " cannot be reached: " + reason(e), e);
        }
        if (said.contains(REPLICA)) {
            return replica(e);
        }
        return new ServiceUnavailableException(
                ServiceUnavailableException.QUEUE, "Valkey at " + address + " refuses to serve: " + reply(said), e);
    }

    /** Says that the server is a replica, which takes no writes. */
    ServiceUnavailableException replica(@Nullable JedisException e) {
        return new ServiceUnavailableException(
                ServiceUnavailableException.QUEUE,
                address() + " is a read-only replica (" + REPLICA + "): let " + ValkeySettings.HOST.name()
                        + " lead to the primary, or make this server the primary",
                e);
    }

    private ServiceUnavailableException closed(@Nullable JedisException e) {
        return new ServiceUnavailableException(
                ServiceUnavailableException.QUEUE, "the queue at Valkey " + address + " was closed", e);
    }

    /** What the server says, ready to be followed by advice; not what else a client could send. */
    static String reply(String said) {
        return said.startsWith("NOAUTH") ? "NOAUTH Authentication required" : withoutStop(said);
    }

    private static String withoutStop(String sentence) {
        return sentence.replaceAll("\\.$", "");
    }

    private static String reason(Throwable e) {
        Throwable told = e;
        while (told.getCause() != null && !(told instanceof SSLException)) {
            told = told.getCause();
        }
        String text = withoutStop(Reason.of(told)).replace("Unexpected end of stream", CLOSED);
        return told instanceof SSLException ? "TLS: " + text : text;
    }

    private void disconnect() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.disconnect();
            } catch (JedisException e) {
                // It is gone either way; the failure that led here is the one that is told.
            }
        }
    }

    /** What the server says about the consumer group. */
    static final class GroupException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final boolean missing;

        GroupException(boolean missing, String message) {
            super(message);
            this.missing = missing;
        }

        /** True if it is not there: it was flushed, or a server without the data took over; false if it is there. */
        boolean isMissing() {
            return missing;
        }
    }
}
