package sg.aiverify.worker.app.metrics;

import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;

/** Creates gauges from the values at the time of a scrape. */
final class Gauges {
    private Gauges() {}

    static GaugeSnapshot of(String name, String help, double value) {
        return named(name, help).dataPoint(point(value, Labels.EMPTY)).build();
    }

    static GaugeSnapshot.Builder named(String name, String help) {
        return GaugeSnapshot.builder().name(WorkerMetrics.PREFIX + name).help(help);
    }

    static GaugeDataPointSnapshot point(double value, Labels labels) {
        return GaugeDataPointSnapshot.builder().value(value).labels(labels).build();
    }
}
