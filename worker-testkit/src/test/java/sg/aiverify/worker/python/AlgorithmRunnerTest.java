package sg.aiverify.worker.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.isolation.HostPython;
import sg.aiverify.worker.isolation.Isolation;
import sg.aiverify.worker.run.RunNote;
import sg.aiverify.worker.stage.AlgorithmOutput;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;
import sg.aiverify.worker.testkit.stage.ObservedRun;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class AlgorithmRunnerTest {
    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    TinyInputs files;
    TinyAlgorithm plugin;

    @BeforeEach
    void write() {
        files = TinyInputs.write(directory.resolve("inputs"));
        plugin = TinyAlgorithm.write(directory, "plugin");
    }

    private static @Nullable Isolation isolation;

    private static AlgorithmRunner runner() throws InterruptedException {
        Map<String, String> worker = Map.of(
                "PATH",
                System.getenv("PATH"),
                "VALKEY_PASSWORD",
                "hunter2",
                "https_proxy",
                "http://user:hunter2@proxy");
        PythonScripts scripts = PythonScripts.ofCore(shared);
        return new AlgorithmRunner(scripts, new RunVariables(worker, 4, 2), isolation(scripts), Clock.systemUTC());
    }

    private static synchronized Isolation isolation(PythonScripts scripts) throws InterruptedException {
        if (isolation == null) {
            PythonInterpreter python = EngineInterpreter.get();
            isolation = Isolation.choose(
                    Settings.defaults(),
                    new HostPython(python.executable(), python.libraries(), scripts.directory()),
                    shared,
                    System.getenv("PATH"));
        }
        return isolation;
    }

    private static AlgorithmRunner.Python python() throws InterruptedException {
        return AlgorithmRunner.Python.of(EngineInterpreter.get());
    }

    private TestInputs inputs(Path model, TestInputs.@Nullable GroundTruth truth) {
        return new TestInputs(plugin.read(), model, files.dataset(), truth, Map.of());
    }

    private AlgorithmOutput run(ObservedRun run, JsonObject arguments) throws InterruptedException {
        return runner().run(python(), inputs(files.model(), null), arguments, run);
    }

    private AlgorithmOutput run() throws InterruptedException {
        return run(new ObservedRun(directory), new JsonObject());
    }

    private static JsonObject json(AlgorithmOutput output) throws IOException {
        return JsonParser.parseString(Files.readString(output.output())).getAsJsonObject();
    }

    @Test
    void givesOutputAndProgressOfAnAlgorithm() throws Exception {
        plugin.doing("""
                for percent in (0, 10, 10, None, float("nan"), float("inf"), 50, 250):
                    self.progress(percent)
                import numpy
                self.results = {"rows": self.data.get_data().shape[0], "mean": numpy.float64(0.5),
                                 "type": str(self.arguments["model_type"]), "truth": self.truth,
                                 "column": self.arguments["ground_truth"], "given": self.arguments["given"]}
                """);
        ObservedRun run = new ObservedRun(directory);
        JsonObject arguments =
                JsonParser.parseString("{\"given\": [1, \"two\"]}").getAsJsonObject();

        AlgorithmOutput output = run(run, arguments);

        assertThat(json(output))
                .isEqualTo(JsonParser.parseString("{\"rows\": 4, \"mean\": 0.5, \"type\": \"ModelType.CLASSIFICATION\","
                        + " \"truth\": null, \"column\": null, \"given\": [1, \"two\"]}"));
        assertThat(run.progress()).containsExactly(0, 10, 50, 100);
        assertThat(output.timeTaken()).isPositive();
        assertThat(output.artifacts()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ENOSPC", "EDQUOT"})
    void aFullDiskIsNoFaultOfTheAlgorithms(String what) {
        plugin.doing("""
                import errno
                raise OSError(errno.%s, os.strerror(errno.%s))
                """.formatted(what, what));
        assertThatThrownBy(this::run)
                .isExactlyInstanceOf(InfrastructureException.class)
                .hasMessageStartingWith("Failed to run algorithm: OSError: ");
    }

    @Test
    void anErrorThatOnlyMentionsAFullDiskIsTheAlgorithms() {
        plugin.doing("raise RuntimeError('OSError: [Errno 28] No space left on device')");
        assertThatThrownBy(this::run).isInstanceOf(TaskFailedException.class);
    }

    @Test
    void namesTheColumnsWhereTheGroundTruthIsNotAmongThem() {
        TestInputs.GroundTruth truth = new TestInputs.GroundTruth(files.dataset(), "truht");
        assertThatThrownBy(() -> runner().run(
                                python(), inputs(files.model(), truth), new JsonObject(), new ObservedRun(directory)))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageStartingWith("Failed to run algorithm: ")
                .hasMessageContaining("no column 'truht'; its columns are: 'a', 'b', 'truth'");
    }

    @Test
    void dataThatTheirPipelineCannotTransformStayAsTheyAreAndTheLogSaysSo() throws Exception {
        Path pipeline = directory.resolve("pipeline.sav");
        EngineInterpreter.run(directory, """
                import pickle, pandas
                from sklearn.linear_model import LogisticRegression
                from sklearn.pipeline import Pipeline
                from sklearn.preprocessing import StandardScaler
                table = pandas.read_csv("%s").rename(columns={"a": "renamed"})
                pipeline = Pipeline([("scale", StandardScaler()), ("classify", LogisticRegression())])
                with open("%s", "wb") as file:
                    pickle.dump(pipeline.fit(table[["renamed", "b"]], table["truth"]), file)
                """.formatted(files.dataset(), pipeline));
        plugin.doing("""
                if self.arguments.get("fail"):
                    raise ValueError("to see the log")
                self.results = {"columns": list(self.data.get_data()), "mean": float(self.data.get_data()["a"].mean())}
                """);
        JsonObject fail = JsonParser.parseString("{\"fail\": true}").getAsJsonObject();

        AlgorithmOutput output =
                runner().run(python(), inputs(pipeline, null), new JsonObject(), new ObservedRun(directory));

        assertThat(json(output)).hasToString("{\"columns\":[\"a\",\"b\",\"truth\"],\"mean\":2.5}");
        assertThatThrownBy(() -> runner().run(python(), inputs(pipeline, null), fail, new ObservedRun(directory)))
                .hasMessageContaining(
                        "WARNING worker: The pipeline cannot transform the data, so they stay unchanged: ValueError:");
    }

    @Test
    void theAlgorithmsDirectoryIsTheCurrentOneAlreadyWhileTheModelIsLoaded() throws Exception {
        Path model = directory.resolve("telling.sav");
        EngineInterpreter.run(directory, """
                import pickle
                from sklearn.linear_model import LogisticRegression
                class Where:
                    def __reduce__(self):
                        return eval, ("__import__('os').getcwd()",)
                model = LogisticRegression()
                model.loaded_in = Where()
                with open("%s", "wb") as file:
                    pickle.dump(model, file)
                """.formatted(model));
        plugin.doing("self.results = {'same': self.model._model.loaded_in == os.getcwd() == str(OUTPUT.parent)}");

        AlgorithmOutput output =
                runner().run(python(), inputs(model, null), new JsonObject(), new ObservedRun(directory));

        assertThat(json(output)).hasToString("{\"same\":true}");
    }

    @Test
    void modulesOfThePluginTakeNoPlaceOfTheWorkersOwn() throws Exception {
        for (String name : new String[] {
            "scripts/__init__",
            "runner",
            "inputs",
            "reasons",
            "outputs",
            "failures",
            "executor_cli",
            "warm_up",
            "supervisor"
        }) {
            plugin.file(name + ".py", "raise RuntimeError('the plug-in took the place of the worker')");
        }
        plugin.file("scripts/algo_execute.py", "raise RuntimeError('the plug-in took the place of the worker')");
        plugin.file("beside.py", "NAME = 'beside'");
        plugin.doing("import beside\nself.results = {'imported': beside.NAME}");

        assertThat(json(run())).hasToString("{\"imported\":\"beside\"}");
    }

    @Test
    void saysWhyTheModelCannotBeLoaded() throws Exception {
        Path broken = Files.writeString(directory.resolve("broken.sav"), "no model");
        assertThatThrownBy(() ->
                        runner().run(python(), inputs(broken, null), new JsonObject(), new ObservedRun(directory)))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("The model broken.sav cannot be loaded: it is a text, not a model");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sys.exit(0) | The algorithm ended its process with exit(0)",
                "raise KeyboardInterrupt() | KeyboardInterrupt",
                "os._exit(137) | exited with code 137 before it returned a result",
                "raise ValueError('too long ' + 'x' * 3_000_000) | Failed to run algorithm: ValueError: too long x",
                "self.results = [1] | output must be an object, but is of type list",
            })
    void reportsAnAlgorithmThatGivesNoResult(String body, String reason) {
        plugin.doing(body);
        assertThatThrownBy(this::run).isInstanceOf(TaskFailedException.class).hasMessageContaining(reason);
    }

    @Test
    void listsAllViolationsOfTheOutputSchema() {
        plugin.sourceFile("output.schema.json", """
                {"type": "object", "required": ["a"], "properties": {"b": {"type": "number"}, "c": {"type": "string"}}}""");
        plugin.doing("self.results = {'b': 'x', 'c': 1}");
        assertThatThrownBy(this::run)
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("\n'a' is a required property\n")
                .hasMessageContaining("\nb: 'x' is not of type 'number'\n")
                .hasMessageContaining("\nc: 1 is not of type 'string'");
    }

    @Test
    void saysThatARunHasNoNetworkWhereItHasNone() throws Exception {
        plugin.doing("import urllib.request\nurllib.request.urlopen('http://127.0.0.1:1/')");
        String hint =
                "\nA run has no network: put the files that it needs into the algorithm's folder or the data.\nTraceback";
        PythonScripts scripts = PythonScripts.ofCore(shared);
        AlgorithmRunner open = new AlgorithmRunner(
                scripts,
                new RunVariables(Map.of("PATH", System.getenv("PATH")), 4, 2),
                Isolation.none(Settings.defaults()),
                Clock.systemUTC());

        assertThat(isolation(scripts).cutsNetwork()).isTrue();
        assertThatThrownBy(this::run)
                .isInstanceOf(TaskFailedException.class)
                .hasMessageStartingWith("Failed to run algorithm: urllib.error.URLError: <urlopen error [Errno ")
                .hasMessageContaining(hint);
        assertThatThrownBy(() ->
                        open.run(python(), inputs(files.model(), null), new JsonObject(), new ObservedRun(directory)))
                .hasMessageContaining("Connection refused")
                .hasMessageNotContaining(hint);
    }

    @Test
    void givesTheAlgorithmNothingOfTheHostsSecrets() throws Exception {
        plugin.doing("""
                self.results = {"env": dict(os.environ), "cwd": os.getcwd(), "stdin": sys.stdin.read()}
                try:
                    self.results["parent"] = Path("/proc/%d/environ" % os.getppid()).read_text(errors="replace")
                except PermissionError:
                    pass
                """);
        JsonObject seen = json(run());
        assertThat(seen.toString()).doesNotContain("hunter2").doesNotContain("VALKEY");
        assertThat(seen.getAsJsonObject("env").get("OMP_NUM_THREADS").getAsString())
                .isEqualTo("2");
        assertThat(seen.getAsJsonObject("env").get("HOME").getAsString()).startsWith(directory.toString());
        assertThat(seen.get("cwd").getAsString()).startsWith(directory.toString());
    }

    @Test
    void takesTheImagesThatTheOutputNames() throws Exception {
        plugin.doing("""
                images = Path.cwd() / "output" / "images"
                images.mkdir(parents=True)
                for name in ("a.png", "b.svg", "with space.png", "unnamed.png"):
                    (images / name).write_text("image")
                Path("outside.png").write_text("image")
                os.symlink("/etc/hostname", images / "link.png")
                self.results = {"absolute": str(images / "a.png"), "nested": [{"below": "output/images/b.svg"}],
                                 "again": "images/a.png", "illegal": "images/with space.png",
                                 "outside": "outside.png", "link": "images/link.png", "text": "no file.png",
                                 "missing": "images/missing.png"}
                """);
        ObservedRun run = new ObservedRun(directory);
        AlgorithmOutput output = run(run, new JsonObject());
        assertThat(run.notes())
                .filteredOn(note -> note.kind() == RunNote.Kind.WARNING)
                .extracting(RunNote::text)
                .contains("The result names images that are missing in the directory output: 'images/missing.png'");
        assertThat(output.artifacts()).containsExactly("images/a.png", "images/b.svg");
        assertThat(output.artifactDirectory().resolve("images/a.png")).exists();
        assertThat(json(output).get("absolute").getAsString()).isEqualTo("images/a.png");
        assertThat(json(output).getAsJsonArray("nested")).hasToString("[{\"below\":\"images/b.svg\"}]");
        assertThat(json(output).get("link").getAsString()).isEqualTo("images/link.png");
    }

    @Test
    void takesOutputAndArtifactsFromAnAlgoInitOfTheRightForm() throws Exception {
        plugin.doing("""
                Path("output/plot.png").write_text("image")
                self.results = {"by": "plugin"}
                """);
        plugin.sourceFile("algo_init.py", """
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
        plugin.doing("self.results = {'by': 'plugin'}");
        plugin.sourceFile("algo_init.py", script.replace("\\n", "\n"));
        assertThat(json(run())).hasToString("{\"by\":\"plugin\"}");
    }

    @Test
    void doesWithoutAnAlgoInit() throws Exception {
        plugin.doing("self.results = {'by': 'plugin'}");
        assertThat(plugin.folder().resolve(plugin.packageName()))
                .isDirectoryContaining("glob:**/algo.py")
                .isDirectoryNotContaining("glob:**/algo_init.py");
        assertThat(json(run())).hasToString("{\"by\":\"plugin\"}");
    }

    @Test
    void prefersTheClassThatTheScriptDefinesOverOneItImports() throws Exception {
        plugin.sourceFile("inner/__init__.py", "");
        plugin.sourceFile("inner/base.py", """
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
        plugin.sourceFile("algo.py", """
                from aiverify_test_plugin.inner.base import Base
                class Plugin(Base):
                    def get_results(self): return {"by": "plugin"}
                """);
        assertThat(json(run())).hasToString("{\"by\":\"plugin\"}");
    }
}
