package sg.aiverify.worker.queue.valkey.internal;

import java.util.List;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.Protocol.Keyword;
import sg.aiverify.worker.queue.valkey.internal.ValkeyConnection.GroupException;

/** Reads the numbers of entries in the queue, over a separate connection. Changes nothing. Thread-safe. */
public final class QueueWatch implements AutoCloseable {
    private final ValkeyConnection connection;

    /**
     * Creates the watch. It connects at the first read, and reconnects at the first read after a failure.
     *
     * @param settings the server's address and credentials
     * @throws sg.aiverify.worker.failure.ConfigurationException if a certificate file cannot be used
     */
    public QueueWatch(ValkeySettings settings) {
        this.connection = new ValkeyConnection(settings, ValkeyTiming.STANDARD);
    }

    /**
     * Reads the numbers.
     *
     * @return the current numbers
     * @throws sg.aiverify.worker.failure.ServiceUnavailableException if the server cannot be reached or rejects the
     *     request
     */
    public QueueDepth depth() {
        long entries = length(ValkeyTaskQueue.STREAM);
        List<?> group = group();
        return new QueueDepth(
                entries,
                QueueOverview.field(group, "pending"),
                QueueOverview.field(group, "lag"),
                length(ValkeyTaskQueue.DEAD_LETTERS));
    }

    private long length(String stream) {
        return QueueOverview.number(connection.execute(new CommandArguments(Command.XLEN).key(stream)))
                .orElse(0);
    }

    private List<?> group() {
        try {
            return QueueOverview.ownGroup(connection.execute(
                    new CommandArguments(Command.XINFO).add(Keyword.GROUPS).key(ValkeyTaskQueue.STREAM)));
        } catch (GroupException e) {
            // The stream does not exist yet.
            return List.of();
        }
    }

    /** Closes the connection. A read in progress then fails. */
    @Override
    public void close() {
        connection.close();
    }
}
