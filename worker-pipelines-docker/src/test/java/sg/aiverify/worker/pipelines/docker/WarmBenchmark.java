package sg.aiverify.worker.pipelines.docker;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import sg.aiverify.worker.algorithm.AlgorithmLayout;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.isolation.Isolation;
import sg.aiverify.worker.pipelines.docker.machine.AvailableEngine;
import sg.aiverify.worker.python.AlgorithmRunner;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.python.RunVariables;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.ImageEnvironment;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.FileTreeHash;
import sg.aiverify.worker.testkit.samples.SampleAlgorithm;
import sg.aiverify.worker.testkit.samples.SampleCase;
import sg.aiverify.worker.testkit.samples.SampleData;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;
import sg.aiverify.worker.testkit.stage.ObservedRun;
import sg.aiverify.worker.testkit.stage.TestWorkerContext;

/**
 * Compares the execute stage in a cold container, in a pre-started container, and in a new process without Docker.
 * Alternates between them in one run: {@code WarmBenchmark [rounds]}.
 */
public final class WarmBenchmark {
    private static final String ROUNDS = "7";
    private static final long READY_SECONDS = 120;
    private static final double NANO = 1e9;
    private final Path directory;
    private final int rounds;

    private WarmBenchmark(Path directory, int rounds) {
        this.directory = directory;
        this.rounds = rounds;
    }

    /** Runs the benchmark; the number of rounds is the only argument. */
    public static void main(String[] arguments) throws Exception {
        int rounds = Integer.parseInt(arguments.length == 0 ? ROUNDS : arguments[0]);
        WarmBenchmark benchmark = new WarmBenchmark(Files.createTempDirectory("warm-benchmark"), rounds);
        SampleCase sample = SampleData.make(EngineInterpreter.get().executable(), benchmark.directory.resolve("data"))
                .breastCancer();
        Path metrics = SampleAlgorithm.PERFORMANCE_METRICS.extract(benchmark.directory);
        TinyInputs files = TinyInputs.write(benchmark.directory.resolve("inputs"));
        benchmark.compare(
                "an algorithm that does nothing",
                new TestInputs(
                        TinyAlgorithm.write(benchmark.directory, "tiny").read(),
                        files.model(),
                        files.dataset(),
                        null,
                        Map.of()));
        benchmark.compare(
                "performance metrics of scikit-learn",
                new TestInputs(
                        AlgorithmLayout.read(metrics, FileTreeHash.of(metrics)),
                        sample.model(),
                        sample.dataset(),
                        new TestInputs.GroundTruth(sample.groundTruthDataset(), sample.groundTruth()),
                        Map.of()));
    }

    private void compare(String what, TestInputs inputs) throws Exception {
        try (TestWorkerContext context = TestWorkerContext.open(directory.resolve("worker"), settings("auto"));
                DockerBuild build = (DockerBuild) new DockerBuildProvider().create(context);
                DockerRun warm = (DockerRun) new DockerRunProvider().create(context);
                DockerRun cold = (DockerRun) new DockerRunProvider().create(context.with(settings("off")))) {
            ImageEnvironment image;
            try (ObservedRun run = new ObservedRun(directory)) {
                image = build.build(inputs.algorithm(), run);
            }
            Execution<ImageEnvironment> execution = new Execution<>(inputs, image, new JsonObject());
            AlgorithmRunner process = new AlgorithmRunner(
                    PythonScripts.ofCore(context.dataDirectory()),
                    new RunVariables(System.getenv(), Runtime.getRuntime().availableProcessors(), 1),
                    Isolation.none(context.settings()),
                    Clock.systemUTC());
            AlgorithmRunner.Python python = AlgorithmRunner.Python.of(EngineInterpreter.get());
            Map<String, List<Double>> taken = new LinkedHashMap<>();
            for (int round = -1; round < rounds; round++) {
                boolean counts = round >= 0;
                measure(taken, counts, "cold container", run -> cold.execute(execution, run));
                measure(taken, counts, "pre-started container", run -> warm.execute(execution, run));
                warm.awaitPreStarted(image, READY_SECONDS);
                measure(taken, counts, "process", run -> process.run(python, inputs, new JsonObject(), run));
            }
            tell(what, taken);
        }
    }

    private static Settings settings(String warm) throws InterruptedException {
        return AvailableEngine.with(Map.of(
                "WORKER_BASE_IMAGE",
                AvailableEngine.BASE_IMAGE,
                "PYTHON",
                EngineInterpreter.get().executable().toString(),
                "TEWORKER_WARM_RUNTIMES",
                warm));
    }

    /** A run of the stage. */
    @FunctionalInterface
    private interface Stage {
        Object execute(ObservedRun run) throws InterruptedException;
    }

    private void measure(Map<String, List<Double>> taken, boolean counts, String name, Stage stage)
            throws InterruptedException, IOException {
        try (ObservedRun run = new ObservedRun(directory)) {
            long start = System.nanoTime();
            stage.execute(run);
            double seconds = (System.nanoTime() - start) / NANO;
            if (counts) {
                taken.computeIfAbsent(name, key -> new ArrayList<>()).add(seconds);
            }
        }
    }

    private void tell(String what, Map<String, List<Double>> taken) {
        taken.values().forEach(Collections::sort);
        double cold = median(taken.values().iterator().next());
        System.out.printf(Locale.ROOT, "%n%s, %d rounds%n", what, rounds);
        taken.forEach((name, seconds) -> System.out.printf(
                Locale.ROOT,
                "%-22s %5.2f s (%.2f to %.2f), %.2f of a cold one%n",
                name,
                median(seconds),
                seconds.get(0),
                seconds.get(seconds.size() - 1),
                median(seconds) / cold));
    }

    private static double median(List<Double> sorted) {
        return sorted.get(sorted.size() / 2);
    }
}
