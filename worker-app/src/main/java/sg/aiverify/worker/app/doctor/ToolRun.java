package sg.aiverify.worker.app.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import sg.aiverify.worker.failure.FailureText;

/**
 * The result of running a tool for a short time.
 *
 * @param exitCode its exit code; 127 if it was not found, 124 if it took too long
 * @param output its output; may contain secrets
 */
record ToolRun(int exitCode, String output) {
    static final int NOT_FOUND = 127;
    static final int TOO_LONG = 124;

    /** Runs a tool to its end, or kills it at the time limit. */
    static ToolRun of(Duration limit, List<String> command) throws InterruptedException {
        Path output = null;
        try {
            // Writes the output to a file, since a child process that survives the tool could keep a pipe open.
            output = Files.createTempFile("aiverify-worker-doctor", ".txt");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                return new ToolRun(TOO_LONG, "did not end within " + limit.toSeconds() + " seconds");
            }
            return new ToolRun(process.exitValue(), text(output));
        } catch (IOException e) {
            return new ToolRun(NOT_FOUND, String.valueOf(e.getMessage()));
        } finally {
            delete(output);
        }
    }

    boolean succeeded() {
        return exitCode == 0;
    }

    private static String text(Path file) throws IOException {
        return FailureText.printable(new String(Files.readAllBytes(file), StandardCharsets.UTF_8))
                .strip();
    }

    private static void delete(@org.jspecify.annotations.Nullable Path file) {
        if (file != null) {
            file.toFile().delete();
        }
    }
}
