package sg.aiverify.worker.app;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.app.http.Endpoint;
import sg.aiverify.worker.app.http.OperatorServer;
import sg.aiverify.worker.app.http.Probes;
import sg.aiverify.worker.app.logging.WorkerLogging;
import sg.aiverify.worker.app.metrics.MetricsPage;
import sg.aiverify.worker.app.metrics.QueueGauges;
import sg.aiverify.worker.app.metrics.StatusGauges;
import sg.aiverify.worker.app.metrics.WorkerMetrics;
import sg.aiverify.worker.app.settings.AppSettings;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.queue.valkey.internal.QueueWatch;
import sg.aiverify.worker.queue.valkey.internal.ValkeySettings;

/** The worker with its HTTP server for operators. The server starts before the worker and stops after it. */
final class WorkerService implements Service {
    /**
     * The time between two readings of the queue's depth, long enough that many workers put little load on the queue.
     */
    private static final Duration QUEUE_INTERVAL = Duration.ofSeconds(10);

    private final Settings settings;
    private final Worker worker;
    private final QueueWatch watch;
    private final QueueGauges gauges;
    private final List<Endpoint> endpoints;
    private volatile @Nullable OperatorServer server;

    private WorkerService(Settings settings, Worker worker, PrometheusRegistry registry) {
        this.settings = settings;
        this.worker = worker;
        this.watch = new QueueWatch(ValkeySettings.from(settings));
        this.gauges = new QueueGauges(watch::depth, QUEUE_INTERVAL);
        registry.register(new StatusGauges(worker::status));
        registry.register(gauges);
        this.endpoints = Stream.concat(
                        Probes.of(worker.name(), worker::status).stream(), Stream.of(MetricsPage.of(registry)))
                .toList();
    }

    /**
     * Creates the service and checks whether its HTTP server can be started.
     *
     * @throws ConfigurationException listing all problems of the worker and of the server
     */
    static WorkerService of(Settings settings, Map<String, String> environment) {
        PrometheusRegistry registry = new PrometheusRegistry();
        WorkerMetrics metrics = new WorkerMetrics(registry);
        Set<String> problems = new LinkedHashSet<>();
        Worker worker = null;
        try {
            worker = Worker.builder()
                    .settings(settings)
                    .variables(environment)
                    .secret(AppSettings.HTTP_TOKEN_FILE)
                    .listener(metrics)
                    .build();
        } catch (ConfigurationException e) {
            add(e, problems);
        }
        try {
            OperatorServer.check(settings);
        } catch (ConfigurationException e) {
            add(e, problems);
        }
        if (worker != null && problems.isEmpty()) {
            metrics.describe(worker.name(), Version.current());
            WorkerLogging.name(worker.name());
            return new WorkerService(settings, worker, registry);
        }
        if (worker != null) {
            worker.close();
        }
        throw new ConfigurationException(List.copyOf(problems));
    }

    private static void add(ConfigurationException e, Set<String> problems) {
        String.valueOf(e.getMessage()).lines().forEach(problems::add);
    }

    @Override
    public void start() {
        server = OperatorServer.open(settings, endpoints).orElse(null);
        worker.start();
        if (server != null) {
            gauges.start();
        }
    }

    @Override
    public void awaitStop() throws InterruptedException {
        worker.awaitStop();
    }

    @Override
    public void stop(Duration grace) throws InterruptedException {
        worker.stop(grace);
    }

    @Override
    public void close() {
        gauges.close();
        worker.close();
        watch.close();
        OperatorServer started = server;
        if (started != null) {
            started.close();
        }
    }
}
