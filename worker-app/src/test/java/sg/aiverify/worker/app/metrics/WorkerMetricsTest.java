package sg.aiverify.worker.app.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.algorithm.AlgorithmLayout;
import sg.aiverify.worker.app.http.OperatorRequest;
import sg.aiverify.worker.app.http.OperatorResponse;
import sg.aiverify.worker.chaos.light.LightAlgorithm;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.engine.WorkerStatus;
import sg.aiverify.worker.engine.WorkerStatus.Phase;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.queue.memory.InMemoryTaskQueue;
import sg.aiverify.worker.queue.valkey.internal.QueueDepth;
import sg.aiverify.worker.stage.DownloadModule;
import sg.aiverify.worker.stage.ErrorModule;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.StageModule;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.stage.UploadModule;
import sg.aiverify.worker.stage.ValidateModule;
import sg.aiverify.worker.stage.WorkerContext;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.task.Task;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.stage.InProcessAlgorithm;
import sg.aiverify.worker.testkit.stage.ShortPauses;

/** The metrics that a scrape returns about runs of a real engine. */
@Timeout(60)
class WorkerMetricsTest {
    private static final Duration BOUND = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final InMemoryTaskQueue queue = new InMemoryTaskQueue(Duration.ofSeconds(10));
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final AtomicReference<Runnable> download = new AtomicReference<>(() -> {});
    private Worker worker;

    @AfterEach
    void close() {
        if (worker != null) {
            worker.close();
        }
        queue.close();
    }

    private record Module(Stage stage, StageModule module) implements ModuleProvider {
        @Override
        public String name() {
            return "own";
        }

        @Override
        public StageModule create(WorkerContext context) {
            return module;
        }
    }

    private void start(String attempts) {
        Path algorithm =
                TinyAlgorithm.write(directory.resolve("algorithm"), "tiny").folder();
        DownloadModule inputs = run -> {
            download.get().run();
            return new TestInputs(AlgorithmLayout.read(algorithm, "0"), algorithm, algorithm, null, Map.of());
        };
        Map<String, String> settings = new HashMap<>();
        for (Stage stage : Stage.values()) {
            settings.put(stage.setting().name(), "own");
        }
        settings.putAll(InProcessAlgorithm.settings());
        settings.put("TEWORKER_CONCURRENCY", "1");
        settings.put("TEWORKER_MAX_ATTEMPTS", attempts);
        settings.put("TEWORKER_DATA_DIR", directory.resolve("data").toString());
        WorkerMetrics metrics = new WorkerMetrics(registry);
        worker = Worker.builder()
                .settings(Settings.of(settings))
                .queue(queue)
                .provider(new Module(Stage.DOWNLOAD, inputs))
                .provider(InProcessAlgorithm.build())
                .provider(new Module(Stage.VALIDATE_INPUT, (ValidateModule)
                        (in, run) -> run.task().algorithmArgs()))
                .provider(InProcessAlgorithm.execute(LightAlgorithm::run))
                .provider(new Module(Stage.UPLOAD, (UploadModule) (archive, run) -> true))
                .provider(new Module(Stage.PIPELINE_ERROR, (ErrorModule) (runId, failure, cancellation) -> true))
                .listener(metrics)
                .waiting(new ShortPauses(Duration.ofMillis(10)))
                .build();
        metrics.describe(worker.name(), "1.2.3");
        registry.register(new StatusGauges(worker::status));
        worker.start();
    }

    private String submit() {
        JsonObject arguments = new JsonObject();
        arguments.addProperty("millis", 5);
        Task task = Task.builder(UUID.randomUUID().toString())
                .algorithm("test.plugin", "tiny")
                .arguments(arguments)
                .model(ModelType.CLASSIFICATION, "model.sav")
                .testDataset("data.sav")
                .build();
        queue.submit(task.toJson());
        return task.id();
    }

    private void awaitEmpty() {
        await().atMost(BOUND).until(() -> queue.queued() + queue.pending() == 0);
    }

    private OperatorResponse page(String accept) {
        return MetricsPage.of(registry)
                .handler()
                .apply(new OperatorRequest("GET", "/metrics", Map.of("accept", accept)));
    }

    private String scrape() {
        return new String(page("text/plain").body(), StandardCharsets.UTF_8);
    }

    @Test
    void whatRunsCameToIsCountedAndTimedAndNoneIsNamed() {
        AtomicInteger downloads = new AtomicInteger();
        download.set(() -> {
            if (downloads.incrementAndGet() == 2) {
                throw new TaskFailedException("no such file");
            }
        });
        String id = submit();
        submit();
        queue.submit("no task");
        start("5");

        awaitEmpty();

        assertThat(scrape())
                .contains(
                        "aiverify_worker_deliveries_received_total 3.0\n",
                        "aiverify_worker_runs_total{outcome=\"succeeded\"} 1.0\n",
                        "aiverify_worker_runs_total{outcome=\"failed\"} 1.0\n",
                        "aiverify_worker_runs_total{outcome=\"invalid\"} 1.0\n",
                        "aiverify_worker_runs_total{outcome=\"cancelled\"} 0.0\n",
                        "aiverify_worker_dead_letters_total{kind=\"task\"} 1.0\n",
                        "aiverify_worker_run_duration_seconds_count{outcome=\"succeeded\"} 1\n",
                        "aiverify_worker_stage_duration_seconds_count{outcome=\"succeeded\",stage=\"download\"} 1\n",
                        "aiverify_worker_stage_duration_seconds_count{outcome=\"failed\",stage=\"download\"} 1\n",
                        "aiverify_worker_stage_duration_seconds_count{outcome=\"succeeded\",stage=\"pipeline_error\"} 1\n",
                        "aiverify_worker_slots 1.0\n",
                        "aiverify_worker_ready 1.0\n",
                        "aiverify_worker_disk_full 0.0\n",
                        "aiverify_worker_runs_in_progress 0.0\n",
                        "aiverify_worker_runs_awaiting_report 0.0\n",
                        "aiverify_worker_build_info{java=\"" + Runtime.version() + "\",version=\"1.2.3\",worker=\""
                                + queue.worker() + "\"} 1\n")
                .contains("jvm_memory_used_bytes{", "jvm_threads_current ", "process_start_time_seconds ")
                .doesNotContain(id);
    }

    @Test
    void attemptsThatAreTriedAgainAndThoseGivenUpAreCounted() {
        download.set(() -> {
            throw new InfrastructureException("a hiccup");
        });
        submit();
        start("2");

        awaitEmpty();

        assertThat(scrape())
                .contains(
                        "aiverify_worker_retries_total{kind=\"infrastructure\"} 1.0\n",
                        "aiverify_worker_retries_total{kind=\"unexpected\"} 0.0\n",
                        "aiverify_worker_dead_letters_total{kind=\"infrastructure\"} 1.0\n",
                        "aiverify_worker_runs_total{outcome=\"retried\"} 1.0\n",
                        "aiverify_worker_runs_total{outcome=\"given_up\"} 1.0\n");
    }

    @Test
    void aServiceThatIsAwayIsShownAndSoIsItsReturn() {
        CountDownLatch first = new CountDownLatch(1);
        download.set(() -> {
            if (first.getCount() > 0) {
                throw new ServiceUnavailableException("gateway", "nobody answers", null);
            }
        });
        submit();
        start("1");

        await().atMost(BOUND)
                .until(() -> scrape().contains("aiverify_worker_service_unavailable{service=\"gateway\"} 1.0\n"));
        assertThat(scrape())
                .contains(
                        "aiverify_worker_service_unavailable{service=\"queue\"} 0.0\n",
                        "aiverify_worker_runs_in_progress 1.0\n",
                        "aiverify_worker_ready 0.0\n");
        first.countDown();

        awaitEmpty();
        assertThat(scrape()).contains("aiverify_worker_service_unavailable{service=\"gateway\"} 0.0\n");
    }

    @Test
    void servicesOfStrangeModulesAreBounded() {
        AtomicInteger count = new AtomicInteger();
        registry.register(new StatusGauges(() ->
                new WorkerStatus(Phase.RECEIVING, 1, 0, 0, true, Map.of("service" + count.incrementAndGet(), "away"))));
        for (int i = 0; i < 100; i++) {
            scrape();
        }

        assertThat(scrape())
                .contains(
                        "aiverify_worker_service_unavailable{service=\"other\"} 1.0\n",
                        "aiverify_worker_service_unavailable{service=\"service1\"} 0.0\n",
                        "aiverify_worker_disk_full 1.0\n")
                .doesNotContain("service=\"service50\"");
    }

    @Test
    void whoAcceptsOpenMetricsGetsIt() {
        start("1");

        OperatorResponse plain = page("*/*");
        OperatorResponse open = page("application/openmetrics-text; version=1.0.0");

        assertThat(plain.contentType()).startsWith("text/plain; version=0.0.4");
        assertThat(open.contentType()).startsWith("application/openmetrics-text; version=1.0.0");
        assertThat(new String(open.body(), StandardCharsets.UTF_8)).endsWith("# EOF\n");
        assertThat(page("application/vnd.google.protobuf").contentType()).startsWith("text/plain");
    }

    @Test
    void theQueueIsShownAsItWasSeenLastAndNotAtAllWhileItIsAway() {
        AtomicReference<QueueDepth> depth =
                new AtomicReference<>(new QueueDepth(7, OptionalLong.of(3), OptionalLong.of(4), 2));
        try (QueueGauges gauges = new QueueGauges(
                () -> {
                    QueueDepth now = depth.get();
                    if (now == null) {
                        throw new ServiceUnavailableException("queue", "Valkey is gone", null);
                    }
                    return now;
                },
                Duration.ofMillis(5))) {
            registry.register(gauges);
            assertThat(scrape()).doesNotContain("aiverify_worker_queue");
            gauges.start();

            await().atMost(BOUND)
                    .untilAsserted(() -> assertThat(scrape())
                            .contains(
                                    "aiverify_worker_queue_entries 7.0\n",
                                    "aiverify_worker_queue_pending 3.0\n",
                                    "aiverify_worker_queue_lag 4.0\n",
                                    "aiverify_worker_queue_dead_letters 2.0\n"));
            depth.set(null);
            await().atMost(BOUND).untilAsserted(() -> assertThat(scrape()).doesNotContain("aiverify_worker_queue"));
            depth.set(new QueueDepth(0, OptionalLong.empty(), OptionalLong.empty(), 0));
            await().atMost(BOUND)
                    .untilAsserted(() -> assertThat(scrape())
                            .contains("aiverify_worker_queue_entries 0.0\n")
                            .doesNotContain("aiverify_worker_queue_lag"));
        }
    }

    @Test
    void aQueueThatHangsHoldsNoScrapeUp() {
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        try (QueueGauges gauges = new QueueGauges(
                () -> {
                    asked.countDown();
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return new QueueDepth(1, OptionalLong.empty(), OptionalLong.empty(), 0);
                },
                Duration.ofMillis(5))) {
            registry.register(gauges);
            gauges.start();
            await().atMost(BOUND).until(() -> asked.getCount() == 0);

            assertThat(scrape()).doesNotContain("aiverify_worker_queue");
        }
    }
}
