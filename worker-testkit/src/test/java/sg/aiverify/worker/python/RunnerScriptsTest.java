package sg.aiverify.worker.python;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.testkit.python.EngineInterpreter;

/** Runs runner_test.py, which tests the runner's work before and after an algorithm with the real engine. */
class RunnerScriptsTest {
    @TempDir
    Path directory;

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void inputsAndOutputsAreWhatTheyAreMeantToBe() throws Exception {
        Path tests = Path.of(
                Objects.requireNonNull(getClass().getResource("runner_test.py")).toURI());
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(
                        EngineInterpreter.get().executable().toString(),
                        "-B",
                        tests.toString(),
                        PythonScripts.ofCore(directory).directory().toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();

        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(Files.readString(output)).containsPattern("Ran \\d\\d tests").endsWith("OK\n");
    }
}
