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
 * The gauges of the queue's depth. A separate thread reads the depth at intervals, so a scrape never waits. A scrape
 * returns the last values, or no values while the queue is unavailable. Thread-safe.
 */
public final class QueueGauges implements MultiCollector, AutoCloseable {
    private static final Logger log = LogManager.getLogger(QueueGauges.class);

    private final Supplier<QueueDepth> queue;
    private final Duration interval;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("queue-depth"));
    private volatile @Nullable QueueDepth last;

    /**
     * Creates the gauges. They have no values before {@link #start}.
     *
     * @param queue reads the queue's depth; may take long, and may throw
     * @param interval the time between two readings
     */
    public QueueGauges(Supplier<QueueDepth> queue, Duration interval) {
        this.queue = queue;
        this.interval = interval;
    }

    /** Starts to read the depth. */
    public void start() {
        timer.scheduleWithFixedDelay(this::read, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void read() {
        try {
            last = queue.get();
        } catch (RuntimeException | Error e) { // After an exception, the timer would not run this task again.
            last = null;
            log.debug("Could not read the depth of the queue", e);
        }
    }

    @Override
    public MetricSnapshots collect() {
        QueueDepth depth = last;
        List<MetricSnapshot> gauges = new ArrayList<>();
        if (depth != null) {
            gauges.add(
                    Gauges.of("queue_entries", "Entries in the stream, including those in progress.", depth.entries()));
            depth.pending()
                    .ifPresent(count -> gauges.add(
                            Gauges.of("queue_pending", "Unacknowledged deliveries of the consumer group.", count)));
            depth.lag()
                    .ifPresent(count ->
                            gauges.add(Gauges.of("queue_lag", "Entries that have not been delivered yet.", count)));
            gauges.add(Gauges.of("queue_dead_letters", "Dead letters in the queue.", depth.deadLetters()));
        }
        return new MetricSnapshots(gauges);
    }

    /** Stops reading the depth. */
    @Override
    public void close() {
        timer.shutdownNow();
    }
}
