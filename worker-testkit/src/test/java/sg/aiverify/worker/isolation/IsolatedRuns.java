package sg.aiverify.worker.isolation;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.pipeline.AlgorithmOutput;
import sg.aiverify.worker.pipeline.TestInputs;
import sg.aiverify.worker.python.AlgorithmRunner;
import sg.aiverify.worker.python.PythonInterpreter;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.python.RunVariables;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;
import sg.aiverify.worker.testkit.stage.ObservedRun;

/** Runs a few lines of Python as algorithms, under one isolation. */
final class IsolatedRuns implements AutoCloseable {
    private final Path directory;
    private final Isolation isolation;
    private final PythonScripts scripts;
    private final PythonInterpreter python;

    private IsolatedRuns(Path directory, Isolation isolation, PythonScripts scripts, PythonInterpreter python) {
        this.directory = directory;
        this.isolation = isolation;
        this.scripts = scripts;
        this.python = python;
    }

    static IsolatedRuns open(Path directory, Sandbox sandbox, Map<String, String> limits) throws InterruptedException {
        return open(directory, sandbox, limits, GroupHierarchy.ofThisProcess());
    }

    static IsolatedRuns open(Path directory, Sandbox sandbox, Map<String, String> limits, GroupHierarchy groups)
            throws InterruptedException {
        Map<String, String> values = new HashMap<>(limits);
        values.put("TEWORKER_SANDBOX", sandbox.word());
        PythonInterpreter python = EngineInterpreter.get();
        PythonScripts scripts = PythonScripts.ofCore(directory.resolve("data"));
        Isolation isolation = Isolation.choose(
                EnumSet.of(sandbox),
                Settings.of(values),
                new HostPython(python.executable(), python.libraries(), scripts.directory()),
                directory.resolve("data"),
                System.getenv("PATH"),
                groups);
        return new IsolatedRuns(directory, isolation, scripts, python);
    }

    Isolation isolation() {
        return isolation;
    }

    PythonScripts scripts() {
        return scripts;
    }

    JsonObject run(String body, JsonObject arguments) throws InterruptedException {
        TinyInputs files = TinyInputs.write(directory.resolve("inputs"));
        TestInputs inputs = new TestInputs(
                TinyAlgorithm.write(directory, "tiny").doing(body).read(),
                files.model(),
                files.dataset(),
                null,
                Map.of());
        AlgorithmRunner runner =
                new AlgorithmRunner(scripts, new RunVariables(System.getenv(), 4, 2), isolation, Clock.systemUTC());
        try (ObservedRun run = new ObservedRun(directory.resolve("data"))) {
            AlgorithmOutput output = runner.run(AlgorithmRunner.Python.of(python), inputs, arguments, run);
            return JsonParser.parseString(Files.readString(output.output())).getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonObject run(String body) throws InterruptedException {
        return run(body, new JsonObject());
    }

    @Override
    public void close() {
        isolation.close();
    }
}
