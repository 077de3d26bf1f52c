package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.testkit.gateway.RegisteredAlgorithm;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.gateway.RunView;
import sg.aiverify.worker.testkit.gateway.StrictGateway;
import sg.aiverify.worker.testkit.gateway.ValkeyTaskSink;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;
import sg.aiverify.worker.testkit.valkey.EmbeddedValkey;

/** A queue and a gateway for workers in separate processes, which end when it is closed. */
final class Surroundings implements AutoCloseable {
    final Path directory;
    final EmbeddedValkey valkey = EmbeddedValkey.start();
    final ValkeyProbe probe = new ValkeyProbe(valkey.host(), valkey.port());
    final StrictGateway gateway = StrictGateway.start(probe);
    final String model;
    final String dataset;
    private final Deque<WorkerProcess> workers = new ArrayDeque<>();

    Surroundings(Path directory) {
        this.directory = directory;
        TinyInputs tiny = TinyInputs.write(directory.resolve("tiny"));
        this.model = gateway.addModel(tiny.model(), ModelType.CLASSIFICATION);
        this.dataset = gateway.addDataset(tiny.dataset());
    }

    /** Returns the variables with which a worker finds queue and gateway. */
    Map<String, String> variables() throws InterruptedException {
        Map<String, String> variables = new HashMap<>(valkey.environment());
        variables.put("APIGW_URL", gateway.url().toString());
        variables.put("PYTHON", EngineInterpreter.get().executable().toString());
        variables.put("TEWORKER_DATA_DIR", dataDirectory().toString());
        variables.put("TEWORKER_LEASE_SECONDS", "2");
        return variables;
    }

    Path dataDirectory() {
        return directory.resolve("data");
    }

    /** Starts a worker and waits until it takes tasks. */
    WorkerProcess worker(String name, Map<String, String> more) throws InterruptedException {
        Map<String, String> variables = variables();
        variables.putAll(more);
        WorkerProcess worker = WorkerProcess.start(directory.resolve(name), variables);
        workers.push(worker);
        return worker.ready();
    }

    RegisteredAlgorithm algorithm(MisbehavingAlgorithm algorithm) {
        return gateway.addAlgorithm(algorithm.write(directory.resolve("algorithms")));
    }

    RunOrder order(RegisteredAlgorithm algorithm) {
        return RunOrder.of(algorithm, model, dataset);
    }

    RunOrder sleeping(int seconds) {
        return order(algorithm(MisbehavingAlgorithm.SLEEPS)).withArgument("seconds", seconds);
    }

    boolean isPending(String run) {
        return gateway.run(run).orElseThrow().status() == RunStatus.PENDING;
    }

    void awaitProgress(String run) {
        gateway.await(run, Scene.PATIENCE, "make progress", view -> view.progress() > 0);
    }

    void assertSucceededOnce(String run) {
        RunView view = gateway.awaitEnd(run, Scene.PATIENCE);
        assertThat(view.status()).as("%s", view).isEqualTo(RunStatus.SUCCESS);
        assertThat(gateway.uploads(run)).hasSize(1);
    }

    /** Checks that the queue is empty and that no rule of the gateway was broken. */
    void assertClean() {
        await().atMost(Scene.PATIENCE).ignoreExceptions().untilAsserted(() -> {
            assertThat(probe.length(ValkeyTaskSink.STREAM)).isZero();
            assertThat(probe.pending()).isZero();
        });
        assertThat(gateway.breaches()).isEmpty();
    }

    @Override
    public void close() {
        while (!workers.isEmpty()) {
            workers.pop().close();
        }
        gateway.close();
        valkey.close();
    }
}
