package sg.aiverify.worker.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.testkit.python.EngineInterpreter;

/** Comments, messages and pages use the field's words, and pages have short sentences and cells: see plain_english.py. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class PlainEnglishTest {
    private static final Path SCRIPTS = Path.of("src/test/python");

    @TempDir
    Path directory;

    @Test
    void textsStayWithinTheLimits() throws Exception {
        String output = run("plain_english.py");

        assertThat(output).containsPattern("\\d{3} files checked");
        output.lines().filter(line -> line.contains("lower the limit")).forEach(System.out::println);
    }

    @Test
    void theCheckPassesItsOwnTests() throws Exception {
        String output = run("plain_english_test.py");

        assertThat(output).containsPattern("Ran \\d\\d tests");
    }

    /** Runs a script and returns its output; fails with that output if the script does. */
    private String run(String script) throws Exception {
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(
                        EngineInterpreter.base().executable().toString(),
                        "-B",
                        "-X",
                        "utf8",
                        SCRIPTS.resolve(script).toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(1, TimeUnit.MINUTES))
                    .as("end of " + script)
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        String text = Files.readString(output);
        assertThat(process.exitValue()).as(text).isZero();
        return text;
    }
}
