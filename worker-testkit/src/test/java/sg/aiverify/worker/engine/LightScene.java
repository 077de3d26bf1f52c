package sg.aiverify.worker.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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
import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.listener.EndedRun;
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.queue.valkey.internal.ValkeyTaskQueue;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.stage.AlgorithmOutput;
import sg.aiverify.worker.stage.BuildModule;
import sg.aiverify.worker.stage.Environment;
import sg.aiverify.worker.stage.ExecuteModule;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.StageModule;
import sg.aiverify.worker.stage.WorkerContext;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.testkit.gateway.RegisteredAlgorithm;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.gateway.StrictGateway;
import sg.aiverify.worker.testkit.gateway.ValkeyTaskSink;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;
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
    /** How long the pauses of workers last that are started from now on. */
    Waiting waiting = new ShortPauses(Duration.ofMillis(10));

    /** What became of the deliveries of workers. */
    final List<EndedRun> ends = new CopyOnWriteArrayList<>();

    /** What an algorithm does. */
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

    /** Makes a worker that takes no task from the queue. */
    Worker buildWorker(Map<String, String> more) {
        Map<String, String> values = new HashMap<>(valkey.environment());
        values.put("APIGW_URL", gateway.url().toString());
        values.put(
                "TEWORKER_DATA_DIR", directory.resolve("data-" + workers.size()).toString());
        values.put("TEWORKER_LEASE_SECONDS", "3");
        values.put(Stage.PIPELINE_BUILD.setting().name(), "light");
        values.put(Stage.PIPELINE_EXECUTE.setting().name(), "light");
        values.putAll(more);
        Worker worker = Worker.builder()
                .settings(Settings.of(values))
                .provider(new Light(Stage.PIPELINE_BUILD))
                .provider(new Light(Stage.PIPELINE_EXECUTE))
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

    /** Writes every entry of the stream once more, as a restored backup beside the original would. */
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

    private record LightEnvironment() implements Environment {
        @Override
        public String description() {
            return "this process";
        }
    }

    private final class Light implements ModuleProvider {
        private final Stage stage;

        Light(Stage stage) {
            this.stage = stage;
        }

        @Override
        public Stage stage() {
            return stage;
        }

        @Override
        public String name() {
            return "light";
        }

        @Override
        public StageModule create(WorkerContext host) {
            return stage == Stage.PIPELINE_BUILD ? new Build() : new Execute();
        }
    }

    private static final class Build implements BuildModule<LightEnvironment> {
        @Override
        public Class<LightEnvironment> environmentType() {
            return LightEnvironment.class;
        }

        @Override
        public LightEnvironment build(Algorithm algorithm, RunContext run) {
            return new LightEnvironment();
        }
    }

    private final class Execute implements ExecuteModule<LightEnvironment> {
        @Override
        public Class<LightEnvironment> environmentType() {
            return LightEnvironment.class;
        }

        @Override
        public AlgorithmOutput execute(Execution<LightEnvironment> execution, RunContext run)
                throws InterruptedException {
            executions.incrementAndGet();
            step.run(run);
            try {
                Path file = Files.writeString(run.workDirectory().resolve("output.json"), "{}");
                return new AlgorithmOutput(
                        file, run.workDirectory().resolve("output"), List.of(), Instant.now(), Duration.ofMillis(5));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
