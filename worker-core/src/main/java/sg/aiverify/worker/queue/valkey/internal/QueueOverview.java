package sg.aiverify.worker.queue.valkey.internal;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.Protocol.Keyword;
import sg.aiverify.worker.failure.ServiceUnavailableException;

/**
 * An overview of the queue, read without changing it.
 *
 * @param server the server's kind and version
 * @param entries entries in the stream; empty if there is no stream
 * @param workers consumers of the workers' group, including dead workers; empty if there is no group
 * @param inProgress deliveries to workers that are not acknowledged; empty if there is no group
 * @param waiting entries that were returned to the queue or wait for a retry; empty if there is no group
 */
public record QueueOverview(
        String server, OptionalLong entries, OptionalLong workers, OptionalLong inProgress, OptionalLong waiting) {
    private static final Pattern VERSION = Pattern.compile("(?m)^(valkey|redis)_version:(\\S+)");

    public QueueOverview {
        Objects.requireNonNull(server, "server");
        Objects.requireNonNull(entries, "entries");
        Objects.requireNonNull(workers, "workers");
        Objects.requireNonNull(inProgress, "inProgress");
        Objects.requireNonNull(waiting, "waiting");
    }

    /**
     * Connects, logs in and reads the overview.
     *
     * @param settings the server's address and credentials
     * @return the overview
     * @throws ServiceUnavailableException if the server cannot be reached, rejects the request, or is a replica
     * @throws sg.aiverify.worker.failure.ConfigurationException if a certificate file cannot be used
     */
    public static QueueOverview of(ValkeySettings settings) {
        try (ValkeyConnection connection = new ValkeyConnection(settings, ValkeyTiming.STANDARD)) {
            connection.execute(new CommandArguments(Command.PING));
            String server = server(connection);
            if (info(connection, "replication").contains("role:slave")) {
                throw connection.replica(null);
            }
            Object exists = connection.execute(new CommandArguments(Command.EXISTS).key(ValkeyTaskQueue.STREAM));
            if (!Long.valueOf(1).equals(exists)) {
                return withoutGroup(server, OptionalLong.empty());
            }
            Object length = connection.execute(new CommandArguments(Command.XLEN).key(ValkeyTaskQueue.STREAM));
            Object groups = connection.execute(
                    new CommandArguments(Command.XINFO).add(Keyword.GROUPS).key(ValkeyTaskQueue.STREAM));
            if (ownGroup(groups).isEmpty()) {
                return withoutGroup(server, number(length));
            }
            return withGroup(
                    server,
                    number(length),
                    connection.execute(new CommandArguments(Command.XINFO)
                            .add(Keyword.CONSUMERS)
                            .key(ValkeyTaskQueue.STREAM)
                            .add(ValkeyTaskQueue.GROUP)));
        }
    }

    private static QueueOverview withoutGroup(String server, OptionalLong entries) {
        return new QueueOverview(server, entries, OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());
    }

    private static QueueOverview withGroup(String server, OptionalLong entries, @Nullable Object consumers) {
        long workers = 0;
        long inProgress = 0;
        long waiting = 0;
        for (Object each : consumers instanceof List<?> list ? list : List.of()) {
            List<?> consumer = (List<?>) each;
            long pending = field(consumer, "pending").orElse(0);
            if (ValkeyTaskQueue.WAITING.equals(text(value(consumer, "name")))) {
                waiting = pending;
            } else {
                workers++;
                inProgress += pending;
            }
        }
        return new QueueOverview(
                server, entries, OptionalLong.of(workers), OptionalLong.of(inProgress), OptionalLong.of(waiting));
    }

    private static String server(ValkeyConnection connection) {
        String server = "a server of unknown version";
        Matcher matcher = VERSION.matcher(info(connection, "server"));
        while (matcher.find()) {
            // Valkey reports both versions. Its redis_version is for old clients.
            boolean valkey = matcher.group(1).equals("valkey");
            if (valkey || !server.startsWith("Valkey")) {
                server = (valkey ? "Valkey " : "Redis ") + matcher.group(2);
            }
        }
        return server;
    }

    private static String info(ValkeyConnection connection, String section) {
        try {
            return text(connection.execute(new CommandArguments(Command.INFO).add(section)));
        } catch (ServiceUnavailableException e) {
            return ""; // The ACL user may lack the permission. The server is available: it has responded to the ping.
        }
    }

    static List<?> ownGroup(@Nullable Object groups) {
        if (groups instanceof List<?> list) {
            for (Object each : list) {
                if (each instanceof List<?> group && ValkeyTaskQueue.GROUP.equals(text(value(group, "name")))) {
                    return group;
                }
            }
        }
        return List.of();
    }

    static OptionalLong field(List<?> group, String name) {
        return number(value(group, name));
    }

    private static @Nullable Object value(List<?> group, String name) {
        for (int i = 0; i + 1 < group.size(); i += 2) {
            if (name.equals(text(group.get(i)))) {
                return group.get(i + 1);
            }
        }
        return null;
    }

    static OptionalLong number(@Nullable Object reply) {
        return reply instanceof Long number ? OptionalLong.of(number) : OptionalLong.empty();
    }

    private static String text(@Nullable Object reply) {
        return reply instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(reply);
    }
}
