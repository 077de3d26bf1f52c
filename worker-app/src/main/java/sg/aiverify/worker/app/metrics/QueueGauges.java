package sg.aiverify.worker.app.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.queue.valkey.internal.QueueDepth;
import sg.aiverify.worker.run.internal.DaemonThreads;

/**
 * How full the queue is, looked at now and then by a thread of its own: a scrape gets what was seen last, and waits for
 * nobody. While the queue is away there are no numbers. Thread-safe.
 */
public final class QueueGauges implements MultiCollector, AutoCloseable {
    private static final Logger log = LogManager.getLogger(QueueGauges.class);

    private final Supplier<QueueDepth> queue;
    private final Duration interval;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("queue-depth"));
    private volatile @Nullable QueueDepth seen;

    /**
     * Creates the gauges; nothing is looked at before {@link #start}.
     *
     * @param queue looks at the queue; may take a while, may throw
     * @param interval how long to wait between two looks
     */
    public QueueGauges(Supplier<QueueDepth> queue, Duration interval) {
        this.queue = queue;
        this.interval = interval;
    }

    /** Begins to look. */
    public void start() {
        timer.scheduleWithFixedDelay(this::look, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            seen = queue.get();
        } catch (RuntimeException | Error e) { // A timer drops a task that throws.
            seen = null;
            log.debug("How full the queue is is not known", e);
        }
    }

    @Override
    public MetricSnapshots collect() {
        QueueDepth depth = seen;
        List<MetricSnapshot> gauges = new ArrayList<>();
        if (depth != null) {
            gauges.add(Gauges.of(
                    "queue_entries", "Entries in the stream, those that are worked on included.", depth.entries()));
            depth.pending()
                    .ifPresent(count -> gauges.add(
                            Gauges.of("queue_pending", "Deliveries of the group that are not acknowledged.", count)));
            depth.lag()
                    .ifPresent(
                            count -> gauges.add(Gauges.of("queue_lag", "Entries that were never delivered.", count)));
            gauges.add(Gauges.of("queue_dead_letters", "Entries among the dead letters.", depth.deadLetters()));
        }
        return new MetricSnapshots(gauges);
    }

    /** Looks no more. */
    @Override
    public void close() {
        timer.shutdownNow();
    }
}
