package sg.aiverify.worker.queue.valkey.internal;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.logging.log4j.CloseableThreadContext;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.task.TaskParser;

/**
 * Takes over entries whose retry is due or whose lease has expired, and removes the consumers of dead workers.
 * Thread-safe.
 */
final class Recovery {
    private static final String WAITLIST = ValkeyTaskQueue.OWN_KEYS + "retry";
    private static final String LOOKED = ValkeyTaskQueue.OWN_KEYS + "looked";
    private static final String SWEPT = ValkeyTaskQueue.OWN_KEYS + "swept";

    private static final Logger log = LogManager.getLogger(Recovery.class);

    private final ValkeySettings settings;
    private final String consumer;
    private final ConsumerGroup group;
    private final ValkeyConnection connection;
    private final Duration checkInterval;
    private final Interval recoveries;
    private final Interval sweeps;

    /**
     * Creates the recovery. It checks once per {@code checkInterval}, or four times per lease if that is more often.
     */
    Recovery(
            ValkeySettings settings,
            String consumer,
            ConsumerGroup group,
            ValkeyConnection connection,
            Duration checkInterval) {
        this.settings = settings;
        this.consumer = consumer;
        this.group = group;
        this.connection = connection;
        Duration quarter = settings.lease().dividedBy(4);
        this.checkInterval = quarter.compareTo(checkInterval) < 0 ? quarter : checkInterval;
        this.recoveries = new Interval(this.checkInterval);
        this.sweeps = new Interval(settings.lease());
    }

    /** Takes over at most {@code max} entries if a check is due. Otherwise returns an empty list. */
    List<StreamEntry> recover(int max) {
        if (!recoveries.isDue()) {
            return List.of();
        }
        if (sweeps.isDue()) {
            sweep();
        }
        long lease = settings.lease().toMillis();
        long otherKind =
                settings.foreignIdle() == null ? 0 : settings.foreignIdle().toMillis();
        List<String> keys = List.of(ValkeyTaskQueue.STREAM, WAITLIST, ValkeyTaskQueue.ALIVE_PREFIX + consumer, LOOKED);
        List<Object> arguments = List.of(
                ValkeyTaskQueue.GROUP,
                consumer,
                ValkeyTaskQueue.WAITING,
                ValkeyTaskQueue.CONSUMER_PREFIX,
                lease,
                otherKind,
                max,
                serving(checkInterval));
        List<RecoveredEntry> entries =
                group.with(() -> RecoveredEntry.of(connection.run(ValkeyScript.RECOVER, keys, arguments)));
        entries.forEach(Recovery::log);
        // The server returned as many entries as requested, so there may be more.
        if (entries.size() == max) {
            recoveries.makeDue();
        }
        return entries.stream().map(RecoveredEntry::entry).toList();
    }

    private static void log(RecoveredEntry recovered) {
        Delivery delivery = recovered.entry().delivery();
        String run = Optional.of(delivery)
                .filter(found -> found.flaw() == null)
                .flatMap(found -> TaskParser.findId(found.payload()))
                .orElse(delivery.id());
        try (var context = CloseableThreadContext.put("run", run)) {
            if (recovered.wasWaiting()) {
                log.debug("The run's retry is due");
            } else {
                log.info(
                        "Recovered the run from the worker {}, which did not extend its lease for {} s",
                        recovered.before(),
                        recovered.idle().toSeconds());
            }
        }
    }

    private void sweep() {
        List<Object> arguments = List.of(
                ValkeyTaskQueue.GROUP,
                consumer,
                ValkeyTaskQueue.WAITING,
                ValkeyTaskQueue.CONSUMER_PREFIX,
                ValkeyTaskQueue.ALIVE_PREFIX,
                serving(settings.lease()));
        List<?> removed = group.with(() -> StreamEntry.list(
                connection.run(ValkeyScript.SWEEP, List.of(ValkeyTaskQueue.STREAM, SWEPT), arguments)));
        if (!removed.isEmpty()) {
            log.info(
                    "Removed the consumers of dead workers: {}",
                    removed.stream().map(StreamEntry::text).collect(Collectors.joining(", ")));
        }
    }

    /**
     * Returns the lifetime of the mark of a check. It is shorter than the interval, so that a single worker does not
     * see the mark of its last check.
     */
    private static long serving(Duration interval) {
        return Math.max(1, interval.toMillis() * 4 / 5);
    }
}
