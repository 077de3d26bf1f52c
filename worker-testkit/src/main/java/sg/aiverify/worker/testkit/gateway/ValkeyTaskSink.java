package sg.aiverify.worker.testkit.gateway;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.Map;
import org.apiguardian.api.API;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.XAddParams;

/**
 * Writes tasks to the stream of a Valkey server. Like the real gateway, creates the group only once, from {@code $},
 * before its first entry.
 */
@API(status = STABLE, since = "1.0")
public final class ValkeyTaskSink implements TaskSink, AutoCloseable {
    /** The stream that workers read. */
    public static final String STREAM = "aiverify:worker:task_queue";

    /** The consumer group that workers share. */
    public static final String GROUP = "aiverify_workers";

    private final RedisClient client;
    private boolean groupCreated;

    /**
     * Creates a sink that connects on first use.
     *
     * @param host the server's host
     * @param port the server's port
     */
    public ValkeyTaskSink(String host, int port) {
        client = RedisClient.create(host, port);
    }

    @Override
    public String add(String taskJson) {
        createGroup();
        return client.xadd(STREAM, XAddParams.xAddParams(), Map.of("task", taskJson))
                .toString();
    }

    @Override
    public void delete(String id) {
        client.xdel(STREAM, new StreamEntryID(id));
    }

    private synchronized void createGroup() {
        if (groupCreated) {
            return;
        }
        try {
            client.xgroupCreate(STREAM, GROUP, StreamEntryID.XGROUP_LAST_ENTRY, true);
        } catch (JedisDataException exists) {
            if (!String.valueOf(exists.getMessage()).contains("BUSYGROUP")) {
                throw exists;
            }
        }
        groupCreated = true;
    }

    @Override
    public void close() {
        client.close();
    }
}
