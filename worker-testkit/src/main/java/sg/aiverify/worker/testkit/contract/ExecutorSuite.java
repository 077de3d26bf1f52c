package sg.aiverify.worker.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.algorithm.AlgorithmLayout;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.result.internal.ResultWriter;
import sg.aiverify.worker.stage.AlgorithmOutput;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.testkit.samples.FileTreeHash;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;
import sg.aiverify.worker.testkit.stage.ObservedRun;
import sg.aiverify.worker.testkit.stage.TestWorkerContext;

/** Opens the modules once, as a worker does. Ends the runs after each test, as a worker does at the end of a run. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class ExecutorSuite {
    /** The timeout for each expected event. */
    static final Duration PATIENCE = Duration.ofMinutes(2);

    final ExecutorService threads = Executors.newCachedThreadPool();
    private final ResultWriter results = new ResultWriter(ZoneOffset.UTC);
    private final List<ObservedRun> runs = new CopyOnWriteArrayList<>();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    ExecutorBackend backend;
    ExecutorModules<?> modules;
    Path dataDirectory;
    Path directory;
    TinyInputs files;

    /**
     * Opens the backend, which provides the modules.
     *
     * @return the backend, used by all tests of the class
     * @throws InterruptedException if the thread is interrupted
     */
    protected abstract ExecutorBackend openBackend() throws InterruptedException;

    @BeforeAll
    void open(@TempDir Path shared) throws InterruptedException {
        backend = opened(openBackend());
        dataDirectory = shared.resolve("data");
        TestWorkerContext context = opened(TestWorkerContext.open(dataDirectory, Settings.of(backend.settings())));
        modules = opened(ExecutorModules.of(backend, context));
    }

    private <T extends AutoCloseable> T opened(T resource) {
        opened.push(resource);
        return resource;
    }

    /** Closes the resources that were opened. Some are missing if an unavailable backend skipped the tests. */
    @AfterAll
    void close() throws Exception {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }

    @BeforeEach
    void prepare(@TempDir Path own) {
        directory = own;
        files = TinyInputs.write(own.resolve("inputs"));
    }

    @AfterEach
    void end() {
        endRuns();
        assertThat(backend.leftovers()).isEmpty();
    }

    void endRuns() {
        runs.forEach(ObservedRun::close);
        runs.clear();
    }

    ObservedRun newRun() {
        return newRun(1);
    }

    ObservedRun newRun(int attempt) {
        ObservedRun run = new ObservedRun(directory, attempt);
        runs.add(run);
        return run;
    }

    /** Returns the usual inputs, without ground truth. */
    TestInputs inputs(Algorithm algorithm) {
        return inputs(algorithm, Map.of());
    }

    TestInputs inputs(Algorithm algorithm, Map<String, Path> datasets) {
        return new TestInputs(algorithm, files.model(), files.dataset(), null, datasets);
    }

    TestInputs inputs(MisbehavingAlgorithm algorithm) {
        return inputs(read(algorithm.write(directory)));
    }

    static Algorithm read(Path folder) {
        return AlgorithmLayout.read(folder, FileTreeHash.of(folder));
    }

    /** Writes an algorithm whose code contains the given lines. */
    TinyAlgorithm algorithm(String body) {
        return TinyAlgorithm.write(directory, "tiny").doing(body);
    }

    /** Builds the environment, runs the algorithm and packs the result. */
    Delivered deliver(TestInputs inputs, JsonObject arguments, ObservedRun run) throws InterruptedException {
        AlgorithmOutput output = modules.run(inputs, arguments, run);
        return Delivered.of(results.write(
                run.task(), inputs.algorithm(), arguments, output, run.workDirectory(), run.cancellation()));
    }

    Delivered deliver(MisbehavingAlgorithm algorithm, String arguments) throws InterruptedException {
        return deliver(inputs(algorithm), json(arguments), newRun());
    }

    Delivered deliver(String body) throws InterruptedException {
        return deliver(inputs(algorithm(body).read()), new JsonObject(), newRun());
    }

    boolean declares(ExecutorCapability capability) {
        return backend.capabilities().contains(capability);
    }

    static JsonObject json(String text) {
        return JsonParser.parseString(text).getAsJsonObject();
    }
}
