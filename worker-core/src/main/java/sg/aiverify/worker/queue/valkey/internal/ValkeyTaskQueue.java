package sg.aiverify.worker.queue.valkey.internal;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol.Command;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.failure.internal.Quantity;
import sg.aiverify.worker.queue.DeadLetter;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.LeaseState;
import sg.aiverify.worker.queue.ReportRight;
import sg.aiverify.worker.queue.Retry;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.queue.internal.DeadLetterLog;
import sg.aiverify.worker.queue.valkey.internal.ValkeyConnection.GroupException;

/**
 * The queue on a Valkey or Redis stream (6.2 or later), to which the gateway writes tasks. Shares the consumer group
 * with other workers and with Python workers. By default, it does not take over deliveries of Python workers.
 *
 * <p>The consumer and the delivery count that the server keeps for an entry are the fencing token of a delivery. An
 * entry that was returned or waits for a retry stays pending with the consumer {@value #WAITING}, which is not a
 * worker.
 */
public final class ValkeyTaskQueue implements TaskQueue {
    /** The stream that the gateway writes to. */
    public static final String STREAM = "aiverify:worker:task_queue";
    /** The consumer group of all workers. */
    public static final String GROUP = "aiverify_workers";
    /** The stream of the dead letters. */
    public static final String DEAD_LETTERS = "{" + STREAM + "}:dead";

    /** The prefix of the Java workers' keys. With the braces, a cluster keeps these keys in the slot of the stream. */
    static final String OWN_KEYS = "{" + STREAM + "}:";
    /** The prefix of the names of Java workers' consumers. */
    public static final String CONSUMER_PREFIX = "java-";
    /** The consumer that holds entries which were returned or wait for a retry. */
    public static final String WAITING = CONSUMER_PREFIX + "waiting";

    /** The prefix of the keys of the workers' heartbeats. */
    static final String ALIVE_PREFIX = OWN_KEYS + "worker:";

    private static final String WAITLIST = OWN_KEYS + "retry";
    /** The prefix of the keys of report rights. Workers of different versions share them, so it must not change. */
    private static final String REPORT_RIGHT_PREFIX = OWN_KEYS + "fence:";

    private static final Logger log = LogManager.getLogger(ValkeyTaskQueue.class);

    private final ValkeySettings settings;
    private final ValkeyTiming timing;
    private final String consumer = newConsumer();
    private final String alive = ALIVE_PREFIX + consumer;
    private final ValkeyConnection commands;
    /** A separate connection, so that a blocked read never delays a heartbeat. */
    private final ValkeyConnection reads;

    private final ConsumerGroup group;
    private final Recovery recovery;
    /** The keys of the report rights that this worker's deliveries hold. */
    private final Map<Delivery, String> rightKeys = new ConcurrentHashMap<>();

    /**
     * Creates the queue. The queue connects when it is first used.
     *
     * @param settings the server's address and credentials
     * @throws ConfigurationException if a certificate file cannot be used
     */
    public ValkeyTaskQueue(ValkeySettings settings) {
        this(settings, ValkeyTiming.STANDARD);
    }

    ValkeyTaskQueue(ValkeySettings settings, ValkeyTiming timing) {
        this.settings = settings;
        this.timing = timing;
        this.commands = new ValkeyConnection(settings, timing);
        this.reads = new ValkeyConnection(settings, timing);
        this.group = new ConsumerGroup(STREAM, GROUP, settings.address(), commands);
        this.recovery = new Recovery(settings, consumer, group, reads, timing.check());
    }

    /**
     * Creates the queue from the settings that {@link ValkeySettings#all()} lists.
     *
     * @param settings the worker's settings
     * @return the queue, not connected yet
     * @throws ConfigurationException if a value is not allowed
     */
    public static ValkeyTaskQueue from(Settings settings) {
        return new ValkeyTaskQueue(ValkeySettings.from(settings));
    }

    /**
     * Connects, logs in, and creates the consumer group if it does not exist. A worker calls this at its start, to
     * distinguish wrong settings from an unavailable server. Can be called again.
     *
     * @throws ConfigurationException if the server rejects the user, the password, the encryption or the stream
     * @throws ServiceUnavailableException if the server cannot be reached or is not ready
     */
    public void connect() {
        group.atStart(() -> {
            extend(List.of());
            run(
                    ValkeyScript.CHECK_PERMISSIONS,
                    List.of(STREAM, DEAD_LETTERS, WAITLIST, REPORT_RIGHT_PREFIX + "none"),
                    List.of(GROUP, consumer));
            // Checks the permission to read. Reads only entries that are already pending with this consumer.
            reads.execute(new CommandArguments(Command.XREADGROUP)
                    .addObjects("GROUP", GROUP, consumer, "COUNT", 1, "STREAMS", STREAM, "0"));
        });
    }

    /**
     * Returns the name of this worker in the group.
     *
     * @return the consumer's name, unique to this object
     */
    @Override
    public String worker() {
        return consumer;
    }

    @Override
    public String address() {
        return commands.address();
    }

    @Override
    public Duration lease() {
        return settings.lease();
    }

    @Override
    public List<Delivery> receive(int max, Duration wait) throws InterruptedException {
        if (max < 1) {
            throw new IllegalArgumentException("max must be at least 1, was " + max);
        }
        long start = System.nanoTime();
        long limit = TimeUnit.NANOSECONDS.convert(wait);
        while (true) {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while waiting for tasks");
            }
            // Recovered entries are returned at once. If a read followed and failed, they would be delayed by a lease.
            List<Delivery> received = usable(recovery.recover(max));
            if (received.isEmpty()) {
                received = read(max, Duration.ofNanos(Math.max(0, limit - (System.nanoTime() - start))));
            }
            if (!received.isEmpty() || System.nanoTime() - start >= limit) {
                return received;
            }
        }
    }

    @Override
    public Map<Delivery, LeaseState> extend(Collection<Delivery> deliveries) {
        List<Delivery> batch = List.copyOf(deliveries);
        List<Object> arguments =
                new ArrayList<>(List.of(GROUP, consumer, settings.lease().toMillis()));
        for (Delivery delivery : batch) {
            addFence(arguments, delivery);
            arguments.add(rightKeys.getOrDefault(delivery, ""));
        }
        // The script also runs for an empty batch, since the call is the worker's heartbeat.
        List<?> states = StreamEntry.list(run(ValkeyScript.EXTEND, List.of(STREAM, alive), arguments));
        Map<Delivery, LeaseState> result = new LinkedHashMap<>();
        for (int i = 0; i < batch.size(); i++) {
            LeaseState state = LeaseState.valueOf(StreamEntry.text(states.get(i)));
            result.put(batch.get(i), state);
            if (state == LeaseState.LOST) {
                rightKeys.remove(batch.get(i));
            }
        }
        return result;
    }

    @Override
    public ReportRight acquireReportRight(Delivery delivery, String runId) {
        // The gateway ignores the dashes and the case of ids.
        String key = REPORT_RIGHT_PREFIX + runId.replace("-", "").toLowerCase(Locale.ROOT);
        List<Object> arguments =
                List.of(GROUP, consumer, settings.lease().toMillis(), delivery.id(), delivery.attempt());
        ReportRight right = ReportRight.valueOf(
                StreamEntry.text(run(ValkeyScript.ACQUIRE_REPORT_RIGHT, List.of(STREAM, key), arguments)));
        if (right.isOurs()) {
            rightKeys.put(delivery, key);
        }
        return right;
    }

    @Override
    public Set<Delivery> complete(Collection<Delivery> deliveries) {
        List<Delivery> batch = List.copyOf(deliveries);
        List<Object> arguments = arguments(keepFlag());
        batch.forEach(delivery -> addFence(arguments, delivery));
        return ours(settle(ValkeyScript.COMPLETE, List.of(STREAM), arguments, batch), batch);
    }

    @Override
    public Set<Delivery> handBack(Collection<Delivery> deliveries) {
        List<Delivery> batch = List.copyOf(deliveries);
        List<Object> arguments = arguments(WAITING);
        for (Delivery delivery : batch) {
            addWaiting(arguments, delivery, delivery.attempt() - 1, Duration.ZERO);
        }
        return ours(settle(ValkeyScript.HAND_BACK_OR_RETRY_LATER, List.of(STREAM, WAITLIST), arguments, batch), batch);
    }

    @Override
    public Set<Delivery> retryLater(Collection<Retry> retries) {
        List<Delivery> batch = new ArrayList<>();
        List<Object> arguments = arguments(WAITING);
        for (Retry retry : retries) {
            batch.add(retry.delivery());
            addWaiting(arguments, retry.delivery(), retry.delivery().attempt(), retry.delay());
        }
        return ours(settle(ValkeyScript.HAND_BACK_OR_RETRY_LATER, List.of(STREAM, WAITLIST), arguments, batch), batch);
    }

    @Override
    public Set<Delivery> giveUp(Collection<DeadLetter> deadLetters) {
        List<Delivery> batch = new ArrayList<>();
        List<Object> arguments = arguments(keepFlag());
        arguments.add(settings.maxDeadLetters());
        for (DeadLetter letter : deadLetters) {
            batch.add(letter.delivery());
            addFence(arguments, letter.delivery());
            arguments.add(letter.delivery().payload());
            arguments.add(FailureText.bounded(letter.reason()));
            arguments.add(letter.kind().name());
            arguments.add(letter.runId() == null ? "" : letter.runId());
        }
        List<?> replies = settle(ValkeyScript.GIVE_UP, List.of(STREAM, DEAD_LETTERS), arguments, batch);
        int at = 0;
        for (DeadLetter letter : deadLetters) {
            if (replies.get(at++) instanceof byte[] id) {
                DeadLetterLog.kept(letter, StreamEntry.text(id));
            }
        }
        if (at < replies.size() && (Long) replies.get(at) > 0) {
            log.warn(
                    "Deleted {}, the oldest ones: {} keeps about {}, the value of {}",
                    Quantity.of((Long) replies.get(at), "dead letter"),
                    DEAD_LETTERS,
                    settings.maxDeadLetters(),
                    ValkeySettings.DEAD_LETTERS_MAX.name());
        }
        return ours(replies, batch);
    }

    /** Removes this worker from the group if it holds no entries, and closes the connections. */
    @Override
    public void close() {
        reads.close();
        // Does not reconnect only for this, since other workers remove a consumer without a heartbeat.
        if (commands.isOpen()) {
            try {
                commands.run(ValkeyScript.LEAVE, List.of(STREAM, alive), List.of(GROUP, consumer));
            } catch (ServiceUnavailableException | GroupException e) {
                log.debug("Could not remove the consumer {}; another worker will remove it", consumer, e);
            }
        }
        commands.close();
    }

    private List<Delivery> read(int max, Duration wait) {
        CommandArguments command =
                new CommandArguments(Command.XREADGROUP).addObjects("GROUP", GROUP, consumer, "COUNT", max);
        long block = Math.min(wait.toMillis(), timing.check().toMillis());
        // BLOCK 0 would wait forever.
        if (block > 0) {
            command.addObjects("BLOCK", block);
        }
        command.addObjects("STREAMS", STREAM, ">");
        return usable(group.with(() -> StreamEntry.ofRead(reads.execute(command))));
    }

    /** Returns the deliveries that contain an entry. Settles deleted entries at once, since they are not run. */
    private List<Delivery> usable(List<StreamEntry> entries) {
        List<Delivery> deliveries = new ArrayList<>();
        List<Delivery> deleted = new ArrayList<>();
        for (StreamEntry entry : entries) {
            (entry.isDeleted() ? deleted : deliveries).add(entry.delivery());
        }
        if (!deleted.isEmpty()) {
            try {
                complete(deleted);
            } catch (ServiceUnavailableException e) {
                // The other deliveries are valid. The deleted entries are redelivered when the lease expires.
                log.debug("Could not settle deleted entries yet", e);
            }
        }
        return deliveries;
    }

    private List<?> settle(ValkeyScript script, List<String> keys, List<Object> arguments, List<Delivery> batch) {
        if (batch.isEmpty()) {
            return List.of();
        }
        List<?> replies = StreamEntry.list(run(script, keys, arguments));
        rightKeys.keySet().removeAll(batch);
        return replies;
    }

    /** Returns the deliveries that this worker held. For any other delivery, the script returned 0. */
    private static Set<Delivery> ours(List<?> replies, List<Delivery> batch) {
        Set<Delivery> ours = new LinkedHashSet<>();
        for (int i = 0; i < batch.size(); i++) {
            if (!Long.valueOf(0).equals(replies.get(i))) {
                ours.add(batch.get(i));
            }
        }
        return ours;
    }

    private @Nullable Object run(ValkeyScript script, List<String> keys, List<Object> arguments) {
        return group.with(() -> commands.run(script, keys, arguments));
    }

    private String keepFlag() {
        return settings.keepEntries() ? "1" : "0";
    }

    private List<Object> arguments(String third) {
        return new ArrayList<>(List.of(GROUP, consumer, third));
    }

    /** Adds the fencing token by which a script distinguishes this delivery from later ones of the same entry. */
    private static void addFence(List<Object> arguments, Delivery delivery) {
        arguments.add(delivery.id());
        arguments.add(delivery.attempt());
    }

    private static void addWaiting(List<Object> arguments, Delivery delivery, int spent, Duration delay) {
        addFence(arguments, delivery);
        arguments.add(spent);
        arguments.add(Math.max(0, delay.toMillis()));
    }

    private static String newConsumer() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "unknown";
        }
        return CONSUMER_PREFIX + host + "-" + UUID.randomUUID();
    }
}
