package sg.aiverify.worker.app;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.app.http.Endpoint;
import sg.aiverify.worker.app.http.OperatorServer;
import sg.aiverify.worker.app.http.Probes;
import sg.aiverify.worker.app.metrics.MetricsPage;
import sg.aiverify.worker.app.metrics.QueueGauges;
import sg.aiverify.worker.app.metrics.StatusGauges;
import sg.aiverify.worker.app.metrics.WorkerMetrics;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.queue.valkey.QueueWatch;
import sg.aiverify.worker.queue.valkey.ValkeySettings;

/** The worker with its operator's HTTP server, which answers from before the start until after the end. */
final class WorkerService implements Service {
    /** A fleet of workers asks the queue in vain often enough. */
    private static final Duration QUEUE_LOOKS = Duration.ofSeconds(10);

    private final Worker worker;
    private final QueueWatch watch;
    private final QueueGauges gauges;
    private final @Nullable OperatorServer server;

    private WorkerService(Worker worker, QueueWatch watch, QueueGauges gauges, @Nullable OperatorServer server) {
        this.worker = worker;
        this.watch = watch;
        this.gauges = gauges;
        this.server = server;
    }

    /**
     * Makes the worker and its server.
     *
     * @throws ConfigurationException listing everything that is wrong with either
     */
    static WorkerService open(Settings settings) {
        PrometheusRegistry registry = new PrometheusRegistry();
        WorkerMetrics metrics = new WorkerMetrics(registry, Version.current());
        Set<String> problems = new LinkedHashSet<>();
        Optional<Worker> made = in(
                problems,
                () -> Worker.builder().settings(settings).listener(metrics).build());
        if (made.isEmpty()) {
            // Whether it could listen is to be told all the same.
            in(problems, () -> OperatorServer.open(settings, List.of()))
                    .flatMap(opened -> opened)
                    .ifPresent(OperatorServer::close);
            throw new ConfigurationException(List.copyOf(problems));
        }
        Worker worker = made.get();
        QueueWatch watch = new QueueWatch(ValkeySettings.from(settings));
        QueueGauges gauges = new QueueGauges(watch::look, QUEUE_LOOKS);
        registry.register(new StatusGauges(worker::status));
        registry.register(gauges);
        List<Endpoint> endpoints = new ArrayList<>(Probes.of(worker::status));
        endpoints.add(MetricsPage.of(registry));
        try {
            return new WorkerService(
                    worker,
                    watch,
                    gauges,
                    OperatorServer.open(settings, endpoints).orElse(null));
        } catch (ConfigurationException e) {
            gauges.close();
            worker.close();
            throw e;
        }
    }

    private static <T> Optional<T> in(Set<String> problems, Supplier<T> step) {
        try {
            return Optional.of(step.get());
        } catch (ConfigurationException e) {
            String.valueOf(e.getMessage()).lines().forEach(problems::add);
            return Optional.empty();
        }
    }

    /** Tells where the operator's HTTP server listens, if there is one. */
    Optional<InetSocketAddress> http() {
        return Optional.ofNullable(server).map(OperatorServer::address);
    }

    @Override
    public void start() {
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
        if (server != null) {
            server.close();
        }
    }
}
