package sg.aiverify.worker.app.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.failure.FailureKind;
import sg.aiverify.worker.listener.EndedRun;
import sg.aiverify.worker.listener.RunEnd;
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.listener.StageEnd;
import sg.aiverify.worker.stage.Stage;

/**
 * Counts runs by outcome. No label contains an id or a free text, so the number of label values is limited.
 * Thread-safe.
 */
public final class WorkerMetrics implements RunListener {
    static final String PREFIX = "aiverify_worker_";

    /** The bounds of the histograms: from the duration of a small test in an existing environment to one day. */
    private static final double[] SECONDS = {0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14_400, 86_400
    };

    private static final String UNEXPECTED = "unexpected";

    private final Counter deliveries = Counter.builder()
            .name(PREFIX + "deliveries_received_total")
            .help("Deliveries that the worker started to process, including redeliveries of the same task.")
            .build();
    private final Counter runs = Counter.builder()
            .name(PREFIX + "runs_total")
            .help("Processed deliveries, by outcome.")
            .labelNames("outcome")
            .build();
    private final Histogram runDuration = Histogram.builder()
            .name(PREFIX + "run_duration_seconds")
            .help("Time that the worker took to process a delivery, by outcome.")
            .unit(Unit.SECONDS)
            .labelNames("outcome")
            .classicOnly()
            .classicUpperBounds(SECONDS)
            .build();
    private final Histogram stageDuration = Histogram.builder()
            .name(PREFIX + "stage_duration_seconds")
            .help("Duration of a stage, by outcome. Includes the time spent waiting for unavailable services.")
            .unit(Unit.SECONDS)
            .labelNames("stage", "outcome")
            .classicOnly()
            .classicUpperBounds(SECONDS)
            .build();
    private final Counter retries = Counter.builder()
            .name(PREFIX + "retries_total")
            .help("Failed attempts after which the task is retried, by kind of failure.")
            .labelNames("kind")
            .build();
    private final Info build = Info.builder()
            .name(PREFIX + "build_info")
            .help("The worker's name, the worker's version, and the version of Java.")
            .labelNames("worker", "version", "java")
            .build();
    private final Counter deadLetters = Counter.builder()
            .name(PREFIX + "dead_letters_total")
            .help("Tasks that this worker turned into dead letters, by kind of failure.")
            .labelNames("kind")
            .build();

    /**
     * Creates the metrics.
     *
     * @param registry the registry for them and for the metrics of the Java virtual machine
     */
    public WorkerMetrics(PrometheusRegistry registry) {
        // Each counter starts at 0, so that its first event is visible as an increase.
        deliveries.inc(0);
        for (RunEnd end : RunEnd.values()) {
            runs.initLabelValues(word(end));
        }
        retries.initLabelValues(word(FailureKind.INFRASTRUCTURE));
        retries.initLabelValues(UNEXPECTED);
        deadLetters.initLabelValues(word(FailureKind.INFRASTRUCTURE));
        deadLetters.initLabelValues(word(FailureKind.TASK));
        deadLetters.initLabelValues(word(FailureKind.TIMED_OUT));
        registry.register(build);
        registry.register(deliveries);
        registry.register(runs);
        registry.register(runDuration);
        registry.register(stageDuration);
        registry.register(retries);
        registry.register(deadLetters);
        JvmMetrics.builder().register(registry);
    }

    /**
     * Sets the labels of the build information.
     *
     * @param worker the worker's name
     * @param version its version
     */
    public void describe(String worker, String version) {
        build.setLabelValues(worker, version, Runtime.version().toString());
    }

    @Override
    public void received(String run, int attempt) {
        deliveries.inc();
    }

    @Override
    public void stageEnded(String run, Stage stage, StageEnd end, Duration took) {
        stageDuration.labelValues(stage.wireName(), word(end)).observe(seconds(took));
    }

    @Override
    public void ended(EndedRun run) {
        runs.labelValues(word(run.end())).inc();
        runDuration.labelValues(word(run.end())).observe(seconds(run.took()));
        if (run.end() == RunEnd.RETRIED) {
            retries.labelValues(kind(run.failure())).inc();
        }
        if (run.deadLetter()) {
            deadLetters.labelValues(kind(run.failure())).inc();
        }
    }

    private static String kind(@Nullable Failure failure) {
        return failure == null ? UNEXPECTED : word(failure.kind());
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / (double) Duration.ofSeconds(1).toNanos();
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
