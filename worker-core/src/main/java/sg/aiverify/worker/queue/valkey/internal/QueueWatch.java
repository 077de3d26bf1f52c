package sg.aiverify.worker.queue.valkey.internal;

import java.util.List;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.Protocol.Keyword;
import sg.aiverify.worker.queue.valkey.internal.ValkeyConnection.GroupException;

/** Looks at how full the queue is, now and then, over a connection of its own. Changes nothing. Thread-safe. */
public final class QueueWatch implements AutoCloseable {
    private final ValkeyConnection connection;

    /**
     * Creates the watch; it connects when it first looks, and again after trouble.
     *
     * @param settings where the server is
     * @throws sg.aiverify.worker.failure.ConfigurationException if the file of authorities cannot be used
     */
    public QueueWatch(ValkeySettings settings) {
        this.connection = new ValkeyConnection(settings, ValkeyTiming.STANDARD);
    }

    /**
     * Looks.
     *
     * @return what is there now
     * @throws sg.aiverify.worker.failure.ServiceUnavailableException if the server cannot be reached or refuses
     */
    public QueueDepth look() {
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
            // There is no stream yet.
            return List.of();
        }
    }

    /** Frees the connection; whoever looks meanwhile is told that it was closed. */
    @Override
    public void close() {
        connection.close();
    }
}
