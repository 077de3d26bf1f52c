package sg.aiverify.worker.queue.valkey.internal;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.StreamEntryID;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.testkit.contract.TaskQueueBackend;
import sg.aiverify.worker.testkit.valkey.EmbeddedValkey;

/** The queue on a server that is emptied first. To pass time, it makes pending entries look older. */
final class ValkeyBackend implements TaskQueueBackend {
    private static final String AGE = """
            for _, p in ipairs(redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 10000)) do
              redis.call('XCLAIM', KEYS[1], ARGV[1], p[2], 0, p[1], 'IDLE', p[3] + ARGV[2], 'JUSTID')
            end
            for _, id in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
              redis.call('ZINCRBY', KEYS[2], -ARGV[2], id)
            end
            for _, right in ipairs(redis.call('KEYS', KEYS[3])) do
              redis.call('PEXPIRE', right, redis.call('PTTL', right) - ARGV[2])
            end
            """;

    /** A time after which a worker's next call checks for due retries and expired leases. */
    static final Duration LOOK = Duration.ofMillis(10);

    private static final ValkeyTiming TIMING = new ValkeyTiming(Duration.ofMillis(1), Duration.ofSeconds(5));

    private final EmbeddedValkey server;
    private final Jedis jedis;

    ValkeyBackend(EmbeddedValkey server) {
        this.server = server;
        this.jedis = new Jedis(server.host(), server.port());
        jedis.flushAll();
    }

    Jedis jedis() {
        return jedis;
    }

    @Override
    public ValkeyTaskQueue openWorker() {
        return openWorker(Map.of());
    }

    /** Opens the queue as a worker with additional settings. */
    ValkeyTaskQueue openWorker(Map<String, String> more) {
        Map<String, String> values = new HashMap<>(server.environment());
        values.putAll(more);
        ValkeyTaskQueue queue = new ValkeyTaskQueue(ValkeySettings.from(Settings.of(values)), TIMING);
        queue.connect();
        return queue;
    }

    @Override
    public String submit(String payload) {
        return jedis.xadd(ValkeyTaskQueue.STREAM, StreamEntryID.NEW_ENTRY, Map.of("task", payload))
                .toString();
    }

    @Override
    public String submitNoTask() {
        return jedis.xadd(ValkeyTaskQueue.STREAM, StreamEntryID.NEW_ENTRY, Map.of("job", "{}"))
                .toString();
    }

    @Override
    public void delete(String id) {
        jedis.xdel(ValkeyTaskQueue.STREAM, new StreamEntryID(id));
    }

    @Override
    public void passTime(Duration duration) {
        jedis.eval(
                AGE,
                List.of(
                        ValkeyTaskQueue.STREAM,
                        ValkeyTaskQueue.OWN_KEYS + "retry",
                        ValkeyTaskQueue.OWN_KEYS + "fence:*"),
                List.of(ValkeyTaskQueue.GROUP, String.valueOf(duration.toMillis())));
    }

    @Override
    public List<String> deadPayloads() {
        return jedis.xrange(ValkeyTaskQueue.DEAD_LETTERS, "-", "+").stream()
                .map(entry -> entry.getFields().get("task"))
                .toList();
    }

    @Override
    public void close() {
        jedis.close();
    }
}
