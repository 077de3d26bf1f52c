package sg.aiverify.worker.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.app.Main;
import sg.aiverify.worker.e2e.JavaCommand;
import sg.aiverify.worker.testkit.python.EngineInterpreter;

/** The worker on a terminal that Python creates. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class RealTerminalTest {
    private static final String RED = "\u001b[";

    @TempDir
    private Path directory;

    private String output(boolean onTerminal, Map<String, String> variables) throws Exception {
        List<String> command = new ArrayList<>();
        if (onTerminal) {
            command.addAll(List.of(
                    EngineInterpreter.base().executable().toString(),
                    "-c",
                    "import pty, sys; pty.spawn(sys.argv[1:])"));
        }
        command.addAll(JavaCommand.like("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        Path output = directory.resolve("output");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        // Without the locale it would not find a class path with characters outside ASCII.
        builder.environment().keySet().removeIf(name -> !name.matches("PATH|LANG|LC_.*"));
        builder.environment().put("TEWORKER_CONCURRENCY", "0");
        builder.environment().putAll(variables);
        Process process = builder.start();
        process.getOutputStream().close();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        return Files.readString(output);
    }

    @Test
    void errorsAreColouredOnATerminalThatTakesColoursAndNowhereElse() throws Exception {
        assertThat(output(true, Map.of("TERM", "xterm"))).contains(RED).contains("TEWORKER_CONCURRENCY");
        assertThat(output(true, Map.of("TERM", "xterm", "NO_COLOR", "1")))
                .doesNotContain(RED)
                .contains("TEWORKER_CONCURRENCY");
        assertThat(output(true, Map.of("TERM", "dumb"))).doesNotContain(RED).contains("TEWORKER_CONCURRENCY");
        assertThat(output(false, Map.of("TERM", "xterm"))).doesNotContain(RED).contains("TEWORKER_CONCURRENCY");
    }
}
