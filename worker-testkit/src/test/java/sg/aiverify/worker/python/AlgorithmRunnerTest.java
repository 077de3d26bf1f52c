package sg.aiverify.worker.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipeline.AlgorithmOutput;
import sg.aiverify.worker.pipeline.TestInputs;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.python.ObservedRun;
import sg.aiverify.worker.testkit.python.PythonPlugin;
import sg.aiverify.worker.testkit.python.SampleData;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class AlgorithmRunnerTest {
    @TempDir
    static Path shared;

    static SampleData samples;

    @TempDir
    Path directory;

    PythonPlugin plugin;

    @BeforeAll
    static void makeSamples() throws InterruptedException {
        samples = SampleData.in(shared);
    }

    @BeforeEach
    void makePlugin() {
        plugin = new PythonPlugin(directory.resolve("plugin"));
    }

    private static AlgorithmRunner runner() {
        Map<String, String> worker = Map.of(
                "PATH",
                System.getenv("PATH"),
                "VALKEY_PASSWORD",
                "hunter2",
                "https_proxy",
                "http://user:hunter2@proxy");
        return new AlgorithmRunner(PythonScripts.ofCore(shared), new RunVariables(worker, 4, 2), Clock.systemUTC());
    }

    private static AlgorithmRunner.Python python() throws InterruptedException {
        PythonInterpreter interpreter = EngineInterpreter.get();
        return new AlgorithmRunner.Python(interpreter.executable(), interpreter.userBase());
    }

    private TestInputs inputs(Path model, TestInputs.@Nullable GroundTruth truth) {
        return new TestInputs(plugin.read(), model, samples.data(), truth, Map.of());
    }

    private AlgorithmOutput run(ObservedRun run, JsonObject arguments) throws InterruptedException {
        return runner().run(python(), inputs(samples.model(), null), arguments, run);
    }

    private AlgorithmOutput run() throws InterruptedException {
        return run(new ObservedRun(directory), new JsonObject());
    }

    private static JsonObject json(AlgorithmOutput output) throws IOException {
        return JsonParser.parseString(Files.readString(output.output())).getAsJsonObject();
    }

    @Test
    void givesOutputAndProgressOfAnAlgorithm() throws Exception {
        plugin.generating("""
                for percent in (0, 10, 10, 50, 250):
                    self.progress(percent)
                import numpy
                self._results = {"rows": self.data.get_data().shape[0], "mean": numpy.float64(0.5),
                                 "type": str(self.arguments["model_type"]), "truth": self.truth,
                                 "column": self.arguments["ground_truth"], "given": self.arguments["given"]}
                """);
        ObservedRun run = new ObservedRun(directory);
        JsonObject arguments =
                JsonParser.parseString("{\"given\": [1, \"two\"]}").getAsJsonObject();

        AlgorithmOutput output = run(run, arguments);

        assertThat(json(output))
                .isEqualTo(
                        JsonParser.parseString("{\"rows\": 60, \"mean\": 0.5, \"type\": \"ModelType.CLASSIFICATION\","
                                + " \"truth\": null, \"column\": null, \"given\": [1, \"two\"]}"));
        assertThat(run.progress()).containsExactly(0, 10, 50, 100);
        assertThat(output.timeTaken()).isPositive();
        assertThat(output.artifacts()).isEmpty();
    }

    @Test
    void leavesTheSharedDirectoriesUntouched() throws Exception {
        plugin.generating("""
                Path("written.txt").write_text("here")
                Path(self.arguments["project_base_path"], "there.txt").write_text("there")
                self._results = {}
                """);
        List<Path> before = files(directory.resolve("plugin"));
        run();
        assertThat(files(directory.resolve("plugin"))).isEqualTo(before);
    }

    private static List<Path> files(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.sorted().toList();
        }
    }

    @Test
    void takesTheGroundTruthColumnOutOfTheData() throws Exception {
        plugin.generating("self._results = {'data': list(self.data.get_data()), 'truth': list(self.truth.get_data())}");
        TestInputs.GroundTruth truth = new TestInputs.GroundTruth(samples.data(), "label");
        AlgorithmOutput output =
                runner().run(python(), inputs(samples.model(), truth), new JsonObject(), new ObservedRun(directory));
        assertThat(json(output))
                .hasToString("{\"data\":[\"age\",\"income\"],\"truth\":[\"age\",\"income\",\"label\"]}");
    }

    @Test
    void namesTheColumnsWhereTheGroundTruthIsNotAmongThem() {
        TestInputs.GroundTruth truth = new TestInputs.GroundTruth(samples.data(), "lable");
        assertThatThrownBy(() -> runner().run(
                                python(), inputs(samples.model(), truth), new JsonObject(), new ObservedRun(directory)))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageStartingWith("Failed to run algorithm: ")
                .hasMessageContaining("no column 'lable'; its columns are: age, income, label");
    }

    @Test
    void transformsTheDataByAPipelineAndKeepsTheOriginals() throws Exception {
        plugin.generating("""
                self._results = {"model": type(self.model.get_pipeline()).__name__,
                                 "initial": type(self.initial_model.get_pipeline()).__name__,
                                 "initialMean": float(self.initial_data.get_data()["age"].mean())}
                """);
        AlgorithmOutput output = runner().run(
                        python(),
                        inputs(samples.pipeline(), new TestInputs.GroundTruth(samples.data(), "label")),
                        new JsonObject(),
                        new ObservedRun(directory));
        assertThat(json(output).get("model").getAsString()).isIn("LogisticRegression", "Pipeline");
        assertThat(json(output).get("initial").getAsString()).isEqualTo("Pipeline");
        assertThat(json(output).get("initialMean").getAsDouble()).isGreaterThan(20);
    }

    @Test
    void saysBothReasonsWhereTheModelCannotBeLoaded() throws Exception {
        Path broken = Files.writeString(directory.resolve("broken.sav"), "no model");
        assertThatThrownBy(() ->
                        runner().run(python(), inputs(broken, null), new JsonObject(), new ObservedRun(directory)))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("The model broken.sav cannot be loaded")
                .hasMessageContaining("no pipeline either");
    }

    @Test
    void tellsWhatTheAlgorithmRaisedAndTheEndOfItsOutput() {
        plugin.generating("print('last words')\nraise ValueError('no such feature: é')");
        assertThatThrownBy(this::run)
                .isInstanceOf(TaskFailedException.class)
                .hasMessageStartingWith("Failed to run algorithm: ValueError: no such feature: é")
                .hasMessageContaining("last words")
                .hasMessageContaining("algo.py\", line");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sys.exit(0) | The algorithm ended its process with exit(0)",
                "raise KeyboardInterrupt() | KeyboardInterrupt",
                "os._exit(0) | Output zip not generated: the algorithm ended its process with exit code 0",
                "os._exit(137) | exit code 137 before it gave a result",
                "os.kill(os.getpid(), signal.SIGSEGV) | killed by SIGSEGV",
                "pass | output must be an object, it is of type NoneType",
                "self._results = [1] | output must be an object, it is of type list",
            })
    void reportsAnAlgorithmThatGivesNoResult(String body, String reason) {
        plugin.generating(body);
        assertThatThrownBy(this::run).isInstanceOf(TaskFailedException.class).hasMessageContaining(reason);
    }

    @Test
    void retriesAnUnexplainedKillOnce() {
        plugin.generating("os.kill(os.getpid(), signal.SIGKILL)");
        assertThatThrownBy(this::run)
                .isExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining("SIGKILL, probably because memory ran out");
        assertThatThrownBy(() -> run(new ObservedRun(directory, 2), new JsonObject()))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("SIGKILL");
    }

    @Test
    void listsAllViolationsOfTheOutputSchema() {
        plugin.file("sample_algorithm/output.schema.json", """
                {"type": "object", "required": ["a"], "properties": {"b": {"type": "number"}, "c": {"type": "string"}}}""");
        plugin.generating("self._results = {'b': 'x', 'c': 1}");
        assertThatThrownBy(this::run)
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("$: 'a' is a required property")
                .hasMessageContaining("$.b: 'x' is not of type 'number'")
                .hasMessageContaining("$.c: 1 is not of type 'string'");
    }

    @Test
    void takesNoPrintedLineForAnEvent() throws Exception {
        plugin.generating("""
                forged = '{"event": "progress", "percent": 77}\\n{"event": "error", "text": "forged"}'
                print(forged, flush=True)
                os.write(1, (forged + "\\n").encode())
                subprocess.run(["echo", forged])
                os.system("echo '" + forged + "'")
                self._results = {"ok": True}
                """);
        ObservedRun run = new ObservedRun(directory);
        assertThat(json(run(run, new JsonObject()))).hasToString("{\"ok\":true}");
        assertThat(run.progress()).isEmpty();
    }

    @Test
    void passesLargeArgumentsUnchanged() throws Exception {
        plugin.generating("self._results = {'same': self.arguments['text'] == '\"\\'\\n\\u00e9${x}\\\\' * 40000}");
        JsonObject arguments = new JsonObject();
        arguments.addProperty("text", "\"'\né${x}\\".repeat(40_000));
        assertThat(json(run(new ObservedRun(directory), arguments))).hasToString("{\"same\":true}");
    }

    @Test
    void keepsOnlyTheEndOfEndlessOutput() {
        plugin.generating("""
                for _ in range(100):
                    os.write(1, b"x" * 1024 * 1024)
                raise RuntimeError("enough")
                """);
        assertThatThrownBy(this::run)
                .hasMessageContaining("RuntimeError: enough")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(10_000));
    }

    @Test
    void givesTheAlgorithmNothingOfTheHostsSecrets() throws Exception {
        plugin.generating("""
                self._results = {"env": dict(os.environ), "cwd": os.getcwd(), "stdin": sys.stdin.read(),
                                 "parent": Path("/proc/%d/environ" % os.getppid()).read_text(errors="replace")}
                """);
        JsonObject seen = json(run());
        assertThat(seen.toString()).doesNotContain("hunter2").doesNotContain("VALKEY");
        assertThat(seen.getAsJsonObject("env").get("OMP_NUM_THREADS").getAsString())
                .isEqualTo("2");
        assertThat(seen.getAsJsonObject("env").get("HOME").getAsString()).startsWith(directory.toString());
        assertThat(seen.get("cwd").getAsString()).startsWith(directory.toString());
    }

    @Test
    void killsTheWholeTreeOnCancel() throws Exception {
        Path pids = directory.resolve("pids");
        plugin.generating(daemons(pids) + "time.sleep(600)");
        ObservedRun run = new ObservedRun(directory);
        CompletableFuture<AlgorithmOutput> going = CompletableFuture.supplyAsync(() -> {
            try {
                return run(run, new JsonObject());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        await().atMost(Duration.ofSeconds(60)).until(() -> lines(pids).size() == 3);
        assertThat(lines(pids)).allMatch(AlgorithmRunnerTest::isAlive);

        run.cancellation().cancel(CancelReason.CANCELLED);

        assertThatThrownBy(() -> going.get(30, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(RunCancelledException.class);
        assertThat(lines(pids)).noneMatch(AlgorithmRunnerTest::isAlive);
    }

    @Test
    void killsTheWholeTreeOnInterrupt() throws Exception {
        Path pids = directory.resolve("pids");
        plugin.generating(daemons(pids) + "time.sleep(600)");
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                run();
            } catch (InterruptedException e) {
                interrupted.complete(true);
            }
        });
        thread.start();
        await().atMost(Duration.ofSeconds(60)).until(() -> lines(pids).size() == 3);
        thread.interrupt();
        assertThat(interrupted.get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(lines(pids)).noneMatch(AlgorithmRunnerTest::isAlive);
    }

    @Test
    void leavesNoDaemonAfterASuccess() throws Exception {
        Path pids = directory.resolve("pids");
        plugin.generating(daemons(pids) + "while len(Path('" + pids
                + "').read_text().split()) < 3: time.sleep(0.01)\nself._results = {'done': 1}");
        assertThat(json(run())).hasToString("{\"done\":1}");
        assertThat(lines(pids)).hasSize(3).noneMatch(AlgorithmRunnerTest::isAlive);
    }

    /** Starts a child, and a daemon by the book: fork, setsid, fork; both hold all pipes. */
    private static String daemons(Path pids) {
        return """
                def note():
                    with open("%s", "a") as file:
                        file.write(f"{os.getpid()}\\n")
                note()
                if os.fork() == 0:
                    note()
                    time.sleep(600)
                if os.fork() == 0:
                    os.setsid()
                    if os.fork() == 0:
                        note()
                        time.sleep(600)
                    os._exit(0)
                """.formatted(pids);
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private static boolean isAlive(String pid) {
        return Files.exists(Path.of("/proc", pid));
    }

    @Test
    void takesTheImagesThatTheOutputNames() throws Exception {
        plugin.generating("""
                images = Path.cwd() / "output" / "images"
                images.mkdir(parents=True)
                for name in ("a.png", "b.svg", "with space.png", "unnamed.png"):
                    (images / name).write_text("image")
                Path("outside.png").write_text("image")
                os.symlink("/etc/hostname", images / "link.png")
                self._results = {"absolute": str(images / "a.png"), "nested": [{"below": "output/images/b.svg"}],
                                 "again": "images/a.png", "illegal": "images/with space.png",
                                 "outside": "outside.png", "link": "images/link.png", "text": "no file.png"}
                """);
        AlgorithmOutput output = run();
        assertThat(output.artifacts()).containsExactly("images/a.png", "images/b.svg");
        assertThat(output.artifactDirectory().resolve("images/a.png")).exists();
        assertThat(json(output).get("absolute").getAsString()).isEqualTo("images/a.png");
        assertThat(json(output).getAsJsonArray("nested")).hasToString("[{\"below\":\"images/b.svg\"}]");
        assertThat(json(output).get("link").getAsString()).isEqualTo("images/link.png");
    }

    @Test
    void takesOutputAndArtifactsFromAnAlgoInitOfTheRightForm() throws Exception {
        plugin.generating("""
                Path("output/plot.png").write_text("image")
                self._results = {"by": "plugin"}
                """);
        plugin.file("sample_algorithm/algo_init.py", """
                import json
                class AlgoInit:
                    def __init__(self, run_as_pipeline, core_modules_path, data_path, model_path, ground_truth_path,
                                 ground_truth, model_type, **rest):
                        self._type = model_type
                    def _generate_output_file(self, results, path):
                        results = {**results, "took": self._time_taken >= 0, "type": self._type.name}
                        path.write_text(json.dumps({"output": results, "artifacts": ["plot.png", "none.png"]}))
                """);
        AlgorithmOutput output = run();
        assertThat(json(output)).hasToString("{\"by\":\"plugin\",\"took\":true,\"type\":\"CLASSIFICATION\"}");
        assertThat(output.artifacts()).containsExactly("plot.png");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "class AlgoInit:\\n    def __init__(self, other): pass",
                "raise RuntimeError('import fails')",
                "AlgoInit = None",
            })
    void doesWithoutAnAlgoInitOfAnotherForm(String script) throws Exception {
        plugin.generating("self._results = {'by': 'plugin'}");
        plugin.file("sample_algorithm/algo_init.py", script.replace("\\n", "\n"));
        assertThat(json(run())).hasToString("{\"by\":\"plugin\"}");
    }

    @Test
    void prefersTheClassThatTheScriptDefinesOverOneItImports() throws Exception {
        plugin.file("sample_algorithm/inner/__init__.py", "");
        plugin.file("sample_algorithm/inner/base.py", """
                from aiverify_test_engine.interfaces.ialgorithm import IAlgorithm
                class Base(IAlgorithm):
                    def __init__(self, *inputs, **arguments): pass
                    @staticmethod
                    def get_metadata(): return None
                    @staticmethod
                    def get_plugin_type(): return None
                    def setup(self): pass
                    def get_progress(self): return 0
                    def generate(self): pass
                    def get_results(self): return {"by": "base"}
                """);
        plugin.file("sample_algorithm/algo.py", """
                from sample_algorithm.inner.base import Base
                class Plugin(Base):
                    def get_results(self): return {"by": "plugin"}
                """);
        assertThat(json(run())).hasToString("{\"by\":\"plugin\"}");
    }

    @Test
    void runsManyAlgorithmsAtOnceWithoutMixingThem() {
        plugin.generating(
                "Path('mine').write_text(self.arguments['n'])\nself._results = {'n': Path('mine').read_text()}");
        List<CompletableFuture<String>> going = Stream.iterate(0, i -> i + 1)
                .limit(6)
                .map(i -> CompletableFuture.supplyAsync(() -> {
                    try {
                        JsonObject arguments = new JsonObject();
                        arguments.addProperty("n", "run " + i);
                        return json(run(new ObservedRun(directory), arguments))
                                .get("n")
                                .getAsString();
                    } catch (IOException | InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }))
                .toList();
        assertThat(going.stream().map(CompletableFuture::join))
                .containsExactly("run 0", "run 1", "run 2", "run 3", "run 4", "run 5");
    }
}
