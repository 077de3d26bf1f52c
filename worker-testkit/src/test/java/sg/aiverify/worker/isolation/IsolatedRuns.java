package sg.aiverify.worker.isolation;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.python.AlgorithmRunner;
import sg.aiverify.worker.python.PythonInterpreter;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.python.RunVariables;
import sg.aiverify.worker.stage.AlgorithmOutput;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.testkit.machine.Needs;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;
import sg.aiverify.worker.testkit.stage.ObservedRun;

/** Runs a few lines of Python as algorithms, in one sandbox. */
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
        HostPython host = new HostPython(python.executable(), python.libraries(), scripts.directory());
        Isolation isolation = isolation(sandbox, Settings.of(values), host, directory.resolve("data"), groups);
        return new IsolatedRuns(directory, isolation, scripts, python);
    }

    /** Selects a sandbox; skips the calling test if the sandbox does not work here. */
    static Isolation isolation(
            Sandbox sandbox, Settings settings, HostPython python, Path directory, GroupHierarchy groups)
            throws InterruptedException {
        try {
            return Isolation.choose(EnumSet.of(sandbox), settings, python, directory, System.getenv("PATH"), groups);
        } catch (ConfigurationException e) {
            return Assumptions.abort("needs " + Needs.reason(e));
        }
    }

    Isolation isolation() {
        return isolation;
    }

    PythonScripts scripts() {
        return scripts;
    }

    /** Runs lines that need neither the engine nor its dependencies, without waiting for their import. */
    JsonObject run(String body, JsonObject arguments) throws InterruptedException {
        return run(withoutEngine(), body, arguments);
    }

    JsonObject run(String body) throws InterruptedException {
        return run(body, new JsonObject());
    }

    JsonObject runWithEngine(String body, JsonObject arguments) throws InterruptedException {
        return run(AlgorithmRunner.Python.of(python), body, arguments);
    }

    JsonObject runWithEngine(String body) throws InterruptedException {
        return runWithEngine(body, new JsonObject());
    }

    private AlgorithmRunner.Python withoutEngine() {
        try {
            Path script =
                    Path.of(IsolatedRuns.class.getResource("without_engine.py").toURI());
            Path executable = Files.createDirectories(directory.resolve("bin")).resolve("python");
            if (Files.notExists(executable)) {
                Files.writeString(executable, """
                        #!/bin/sh
                        shift  # -B
                        exec '%s' -B '%s' "$@"
                        """.formatted(python.executable(), script));
                Files.setPosixFilePermissions(executable, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
            AlgorithmRunner.Python usual = AlgorithmRunner.Python.of(python);
            List<Path> libraries = new ArrayList<>(usual.libraries());
            libraries.addAll(List.of(python.executable(), script));
            return new AlgorithmRunner.Python(executable, usual.keeper(), libraries, usual.userBase());
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private JsonObject run(AlgorithmRunner.Python where, String body, JsonObject arguments)
            throws InterruptedException {
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
            AlgorithmOutput output = runner.run(where, inputs, arguments, run);
            return JsonParser.parseString(Files.readString(output.output())).getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        isolation.close();
    }
}
