package sg.aiverify.worker.engine;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.StreamEntryID;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.listener.EndedRun;
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.queue.valkey.internal.ValkeyTaskQueue;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.testkit.gateway.RegisteredAlgorithm;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.gateway.StrictGateway;
import sg.aiverify.worker.testkit.gateway.ValkeyTaskSink;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;
import sg.aiverify.worker.testkit.stage.InProcessAlgorithm;
import sg.aiverify.worker.testkit.stage.ShortPauses;
import sg.aiverify.worker.testkit.valkey.EmbeddedValkey;

/** Real workers on a real Valkey and the strict gateway; only the algorithm is a step in this process. */
final class LightScene implements AutoCloseable {
    static final Duration BOUND = Duration.ofSeconds(60);

    private final Path directory;
    final EmbeddedValkey valkey;
    final StrictGateway gateway;
    private final ValkeyTaskSink sink;
    private final RunOrder order;
    private final List<Worker> workers = new ArrayList<>();
    final AtomicInteger executions = new AtomicInteger();
    volatile Step step = run -> {};
    /** The maximum pause of workers that are started from now on. */
    Waiting waiting = new ShortPauses(Duration.ofMillis(10));

    /** The ends of the workers' deliveries. */
    final List<EndedRun> ends = new CopyOnWriteArrayList<>();

    /** The work of an algorithm. */
    @FunctionalInterface
    interface Step {
        void run(RunContext run) throws InterruptedException;
    }

    LightScene(Path directory) {
        this(directory, EmbeddedValkey.builder().start());
    }

    LightScene(Path directory, EmbeddedValkey valkey) {
        this.directory = directory;
        this.valkey = valkey;
        this.sink = new ValkeyTaskSink(valkey.host(), valkey.port());
        this.gateway = StrictGateway.start(sink);
        RegisteredAlgorithm algorithm = gateway.addAlgorithm(
                TinyAlgorithm.write(directory.resolve("sources"), "light").folder());
        TinyInputs inputs = TinyInputs.write(directory.resolve("inputs"));
        String model = gateway.addModel(inputs.model(), ModelType.CLASSIFICATION);
        this.order = RunOrder.of(algorithm, model, gateway.addDataset(inputs.dataset()));
    }

    List<String> startRuns(int count) {
        return Stream.generate(() -> gateway.startRun(order)).limit(count).toList();
    }

    Worker startWorker(Map<String, String> more) {
        Worker worker = buildWorker(more);
        worker.start();
        return worker;
    }

    /** Creates a worker that receives no tasks. */
    Worker buildWorker(Map<String, String> more) {
        Map<String, String> values = new HashMap<>(valkey.environment());
        values.put("APIGW_URL", gateway.url().toString());
        values.put(
                "TEWORKER_DATA_DIR", directory.resolve("data-" + workers.size()).toString());
        values.put("TEWORKER_LEASE_SECONDS", "3");
        values.putAll(InProcessAlgorithm.settings());
        values.putAll(more);
        Worker worker = Worker.builder()
                .settings(Settings.of(values))
                .provider(InProcessAlgorithm.build())
                .provider(InProcessAlgorithm.execute((execution, run) -> execute(run)))
                .waiting(waiting)
                .listener(new RunListener() {
                    @Override
                    public void ended(EndedRun run) {
                        ends.add(run);
                    }
                })
                .build();
        workers.add(worker);
        return worker;
    }

    private JsonObject execute(RunContext run) throws InterruptedException {
        executions.incrementAndGet();
        step.run(run);
        return new JsonObject();
    }

    Jedis jedis() {
        return new Jedis(valkey.host(), valkey.port());
    }

    List<String> payloads() {
        try (Jedis jedis = jedis()) {
            return jedis.xrange(ValkeyTaskQueue.STREAM, "-", "+").stream()
                    .map(entry -> entry.getFields().get("task"))
                    .toList();
        }
    }

    void write(String payload) {
        try (Jedis jedis = jedis()) {
            jedis.xadd(ValkeyTaskQueue.STREAM, StreamEntryID.NEW_ENTRY, Map.of("task", payload));
        }
    }

    /** Writes every entry of the stream again, like a backup that is restored in addition to the original. */
    void duplicateEntries() {
        payloads().forEach(this::write);
    }

    long pending() {
        try (Jedis jedis = jedis()) {
            return jedis.xpending(ValkeyTaskQueue.STREAM, ValkeyTaskQueue.GROUP).getTotal();
        }
    }

    long deadLetters() {
        try (Jedis jedis = jedis()) {
            return jedis.xlen(ValkeyTaskQueue.DEAD_LETTERS);
        }
    }

    long queued() {
        try (Jedis jedis = jedis()) {
            return jedis.xlen(ValkeyTaskQueue.STREAM);
        }
    }

    @Override
    public void close() {
        workers.forEach(Worker::close);
        gateway.close();
        sink.close();
        valkey.close();
    }
}
