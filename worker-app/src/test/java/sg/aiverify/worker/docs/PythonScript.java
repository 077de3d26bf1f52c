package sg.aiverify.worker.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import sg.aiverify.worker.testkit.python.EngineInterpreter;

/** Runs a script of {@code src/test/python}. */
final class PythonScript {
    private static final Path SCRIPTS = Path.of("src/test/python");

    private PythonScript() {}

    /**
     * Runs a script and returns its output.
     *
     * @param name its file's name
     * @return both its outputs, in UTF-8
     * @throws AssertionError if it fails, with its output, or does not end within a minute
     */
    static String run(String name) throws Exception {
        Path output = Files.createTempFile(name, ".output");
        try {
            Process process = new ProcessBuilder(
                            EngineInterpreter.base().executable().toString(),
                            "-B",
                            "-X",
                            "utf8",
                            SCRIPTS.resolve(name).toString())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try {
                assertThat(process.waitFor(1, TimeUnit.MINUTES))
                        .as("end of " + name)
                        .isTrue();
            } finally {
                process.destroyForcibly();
            }
            String text = Files.readString(output);
            assertThat(process.exitValue()).as(text).isZero();
            return text;
        } finally {
            Files.delete(output);
        }
    }
}
