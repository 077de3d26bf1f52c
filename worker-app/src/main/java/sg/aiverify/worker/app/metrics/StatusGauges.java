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

/** How the worker is at the moment of the scrape. Thread-safe. */
public final class StatusGauges implements MultiCollector {
    /** Modules from elsewhere name services as they like; beyond this many they are one. */
    private static final int MOST_SERVICES = 16;

    private final Supplier<WorkerStatus> status;
    private final Set<String> services =
            new ConcurrentSkipListSet<>(Set.of(ServiceUnavailableException.QUEUE, ServiceUnavailableException.GATEWAY));

    /**
     * Creates the gauges.
     *
     * @param status tells how the worker is; quick
     */
    public StatusGauges(Supplier<WorkerStatus> status) {
        this.status = status;
    }

    @Override
    public MetricSnapshots collect() {
        WorkerStatus now = status.get();
        return MetricSnapshots.of(
                Gauges.of("slots", "Runs that the worker takes from the queue at once.", now.slots()),
                Gauges.of("runs_in_progress", "Runs in progress.", now.running()),
                Gauges.of(
                        "runs_awaiting_report",
                        "Runs that have failed, left their slot, and await the report of their error.",
                        now.awaitingReport()),
                Gauges.of(
                        "ready",
                        "1 if the worker takes tasks.",
                        flag(now.hindrances().isEmpty())),
                Gauges.of("disk_full", "1 if there is no space left where runs work.", flag(now.diskFull())),
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
        GaugeSnapshot.Builder gauge = Gauges.named("service_unavailable", "1 if the worker waits for a service that is away.");
        all.forEach(service ->
                gauge.dataPoint(Gauges.point(flag(missing.contains(service)), Labels.of("service", service))));
        return gauge.build();
    }

    private static double flag(boolean value) {
        return value ? 1 : 0;
    }
}
