package sg.aiverify.worker.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;
import sg.aiverify.worker.testkit.stage.ObservedRun;

/** A runner that starts before there is a request. */
@Tag("slow")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class RunnerWarmUpTest {
    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    private TinyAlgorithm plugin;
    private Path work;
    private Path request;

    @BeforeEach
    void write() throws IOException {
        work = Files.createDirectories(directory.resolve("work"));
        request = work.resolve("request.json");
        plugin = TinyAlgorithm.write(directory, "plugin")
                .sourceFile("other.py", """
                        import no_such_module
                        from xml.dom import minidom
                        import colorsys
                        if len(no_such_module.__name__) == 0:
                            import chunk
                        from . import algo
                        def later():
                            import wave
                        raise SystemExit('is only read')
                        """)
                .sourceFile("test_other.py", "import sndhdr")
                .sourceFile("colorsys.py", "raise SystemExit('not that of the library')")
                .doing("""
                        import sys
                        self.results = {
                            name: name in sys.modules for name in ('xml.dom.minidom', 'wave', 'sndhdr', 'warm_up', 'colorsys', 'chunk')}
                        self.results['input'] = sys.stdin.read()
                        """);
    }

    @Test
    void whatThePluginsFilesImportIsThereWhenTheRequestComes() throws Exception {
        Process process = start();
        try (BufferedReader lines = process.inputReader()) {
            assertThat(lines.readLine()).isEqualTo("{\"event\": \"ready\"}");
            writeRequest();

            process.outputWriter().append('\n').flush();

            assertEndsWell(lines);
        }
        assertThat(JsonParser.parseString(Files.readString(work.resolve(RunnerRequest.RESULT))))
                .isEqualTo(JsonParser.parseString("""
                        {"xml.dom.minidom": true, "wave": false, "sndhdr": false, "warm_up": false, "colorsys": false,
                         "chunk": false, "input": ""}"""));
    }

    @Test
    void aRequestThatIsThereAlreadyIsNotKeptWaiting() throws Exception {
        writeRequest();
        Process process = start();
        process.outputWriter().append('\n').flush();

        try (BufferedReader lines = process.inputReader()) {
            assertEndsWell(lines);
        }
    }

    @Test
    void aWorkerThatIsGoneEndsTheWaiting() throws Exception {
        Process process = start();
        try (BufferedReader lines = process.inputReader()) {
            assertThat(lines.readLine()).isEqualTo("{\"event\": \"ready\"}");

            process.outputWriter().close();

            assertThat(lines.lines()).noneMatch(line -> line.contains("started"));
        }
        assertThat(process.waitFor()).isNotZero();
    }

    private static void assertEndsWell(BufferedReader lines) {
        assertThat(lines.lines())
                .contains("{\"event\": \"result\"}")
                .last(STRING) // the machine's count, or -1 if there is none
                .matches("\\{\"event\": \"exited\", \"code\": 0, \"oom_kills\": (-1|\\d+)}");
    }

    private Process start() throws IOException, InterruptedException {
        PythonScripts scripts = PythonScripts.ofCore(shared);
        String python = EngineInterpreter.get().executable().toString();
        return new ProcessBuilder(
                        python,
                        scripts.path("supervisor.py").toString(),
                        "--pass-input",
                        "--count-oom-kills",
                        python,
                        scripts.path("runner.py").toString(),
                        "--request",
                        request.toString(),
                        "--preload",
                        plugin.folder().toString())
                .directory(work.toFile())
                .redirectError(directory.resolve("errors.txt").toFile())
                .start();
    }

    private void writeRequest() throws IOException {
        TinyInputs files = TinyInputs.write(directory.resolve("inputs"));
        TestInputs inputs = new TestInputs(plugin.read(), files.model(), files.dataset(), null, Map.of());
        try (ObservedRun run = new ObservedRun(directory)) {
            Files.writeString(
                    request,
                    RunnerRequest.here(inputs, new JsonObject(), work, false).toJson(run.task()));
        }
    }
}
