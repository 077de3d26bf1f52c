package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.testkit.gateway.RegisteredAlgorithm;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.gateway.RunView;
import sg.aiverify.worker.testkit.gateway.StoredResult;
import sg.aiverify.worker.testkit.gateway.StrictGateway;
import sg.aiverify.worker.testkit.gateway.ValkeyTaskSink;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;
import sg.aiverify.worker.testkit.stage.ShortPauses;
import sg.aiverify.worker.testkit.valkey.EmbeddedValkey;

/** A worker in this process that makes no long pauses, with a queue and a gateway of its own, which offers a tiny model and tiny data. */
final class Scene implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(120);

    final Path directory;
    final EmbeddedValkey valkey;
    final ValkeyProbe probe;
    final EditedTasks tasks;
    final StrictGateway gateway;
    final String model;
    final String dataset;
    private final Worker worker;
    private final RegisteredAlgorithm healthy;

    private Scene(Path directory, EmbeddedValkey valkey, ValkeyProbe probe, Map<String, String> settings)
            throws InterruptedException {
        this.directory = directory;
        this.valkey = valkey;
        this.probe = probe;
        this.tasks = new EditedTasks(probe);
        this.gateway = StrictGateway.start(tasks);
        TinyInputs tiny = TinyInputs.write(directory.resolve("tiny"));
        this.model = gateway.addModel(tiny.model(), sg.aiverify.worker.task.ModelType.CLASSIFICATION);
        this.dataset = gateway.addDataset(tiny.dataset());
        this.healthy = algorithm(MisbehavingAlgorithm.ECHOES);
        Map<String, String> all = new HashMap<>(Map.of(
                "TEWORKER_CONCURRENCY", "2",
                "TEWORKER_LEASE_SECONDS", "6",
                "TEWORKER_DATA_DIR", directory.resolve("data").toString(),
                "APIGW_URL", gateway.url().toString(),
                "PYTHON", EngineInterpreter.get().executable().toString()));
        all.putAll(valkey.environment());
        all.putAll(settings);
        this.worker = Worker.builder()
                .settings(Settings.of(all))
                .variables(System.getenv())
                .waiting(new ShortPauses(Duration.ofMillis(20)))
                .build();
        try {
            worker.start();
        } catch (RuntimeException e) {
            worker.close();
            gateway.close();
            throw e;
        }
    }

    /** Starts everything, with changes to the worker's settings. */
    static Scene open(Path directory, Map<String, String> settings) throws InterruptedException {
        EmbeddedValkey valkey = EmbeddedValkey.start();
        return open(directory, valkey, new ValkeyProbe(valkey.host(), valkey.port()), settings);
    }

    /** Starts everything on the given queue, which is closed with the scene. */
    static Scene open(Path directory, EmbeddedValkey valkey, ValkeyProbe probe, Map<String, String> settings)
            throws InterruptedException {
        return new Scene(directory, valkey, probe, settings);
    }

    RegisteredAlgorithm algorithm(MisbehavingAlgorithm algorithm) {
        return gateway.addAlgorithm(algorithm.write(directory.resolve("algorithms")));
    }

    /** Registers an algorithm with the given body. */
    RegisteredAlgorithm algorithm(String cid, String body) {
        return gateway.addAlgorithm(TinyAlgorithm.write(directory.resolve("algorithms"), cid)
                .doing(body)
                .folder());
    }

    RunOrder order(RegisteredAlgorithm algorithm) {
        return RunOrder.of(algorithm, model, dataset);
    }

    RunOrder healthy() {
        return order(healthy);
    }

    /** Starts a run whose task is changed before it is added to the queue. */
    String startEdited(Consumer<JsonObject> change) {
        tasks.next(json -> {
            JsonObject task = JsonParser.parseString(json).getAsJsonObject();
            change.accept(task);
            return task.toString();
        });
        return gateway.startRun(healthy());
    }

    /** Waits for a run that fails, checks that the next one succeeds, and returns the reported error. */
    String error(String runId) {
        String next = gateway.startRun(healthy());
        RunView run = gateway.awaitEnd(runId, PATIENCE);
        assertThat(run.status()).as("%s", run).isEqualTo(RunStatus.ERROR);
        assertThat(run.errorMessage()).isNotNull().hasSizeLessThanOrEqualTo(8 * 1024);
        succeeded(next);
        return String.valueOf(run.errorMessage());
    }

    String error(RunOrder order) {
        return error(gateway.startRun(order));
    }

    /** Waits for a run that succeeds and returns the stored result. */
    StoredResult succeeded(String runId) {
        RunView run = gateway.awaitEnd(runId, PATIENCE);
        assertThat(run.status()).as("%s", run).isEqualTo(RunStatus.SUCCESS);
        assertThat(run.result()).isNotNull();
        assertThat(gateway.uploads(runId)).hasSize(1);
        return java.util.Objects.requireNonNull(run.result());
    }

    StoredResult succeeded(RunOrder order) {
        return succeeded(gateway.startRun(order));
    }

    /** Checks that the queue is empty and that the worker has broken no rule of the gateway. */
    void assertClean() {
        await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
            assertThat(probe.length(ValkeyTaskSink.STREAM)).isZero();
            assertThat(probe.pending()).isZero();
        });
        assertThat(gateway.breaches()).isEmpty();
    }

    @Override
    public void close() {
        worker.close();
        gateway.close();
        valkey.close();
    }
}
