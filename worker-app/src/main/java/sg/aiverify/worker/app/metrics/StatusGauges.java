package sg.aiverify.worker.app.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Supplier;
import sg.aiverify.worker.engine.WorkerStatus;
import sg.aiverify.worker.failure.ServiceUnavailableException;

/** The gauges of the worker's status at the time of a scrape. Thread-safe. */
public final class StatusGauges implements MultiCollector {
    /**
     * The maximum number of services in labels, since third-party modules choose their names. All others share one
     * label.
     */
    private static final int MOST_SERVICES = 16;

    private final Supplier<WorkerStatus> status;
    private final Set<String> services =
            new ConcurrentSkipListSet<>(Set.of(ServiceUnavailableException.QUEUE, ServiceUnavailableException.GATEWAY));

    /**
     * Creates the gauges.
     *
     * @param status supplies the worker's status, without blocking
     */
    public StatusGauges(Supplier<WorkerStatus> status) {
        this.status = status;
    }

    @Override
    public MetricSnapshots collect() {
        WorkerStatus now = status.get();
        return MetricSnapshots.of(
                Gauges.of("slots", "Maximum number of parallel runs from the queue.", now.slots()),
                Gauges.of("runs_in_progress", "Runs in progress.", now.running()),
                Gauges.of(
                        "runs_awaiting_report",
                        "Failed runs that no longer use a slot and whose error has not been reported yet.",
                        now.awaitingReport()),
                Gauges.of(
                        "ready",
                        "1 if the worker takes tasks, else 0.",
                        flag(now.hindrances().isEmpty())),
                Gauges.of("disk_full", "1 if the disk for the runs' files is full, else 0.", flag(now.diskFull())),
                unavailable(now));
    }

    private GaugeSnapshot unavailable(WorkerStatus now) {
        Set<String> missing = new TreeSet<>();
        for (String service : now.unavailable().keySet()) {
            boolean known = services.contains(service) || services.size() < MOST_SERVICES && services.add(service);
            missing.add(known ? service : ServiceUnavailableException.OTHER);
        }
        Set<String> all = new TreeSet<>(services);
        all.addAll(missing);
        GaugeSnapshot.Builder gauge =
                Gauges.named("service_unavailable", "1 if the worker waits for an unavailable service, else 0.");
        all.forEach(service ->
                gauge.dataPoint(Gauges.point(flag(missing.contains(service)), Labels.of("service", service))));
        return gauge.build();
    }

    private static double flag(boolean value) {
        return value ? 1 : 0;
    }
}
