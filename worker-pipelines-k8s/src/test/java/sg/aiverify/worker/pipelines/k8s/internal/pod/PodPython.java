package sg.aiverify.worker.pipelines.k8s.internal.pod;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import sg.aiverify.worker.testkit.python.EngineInterpreter;

/** Runs Python on this machine as commands in a pod do: its input is never closed. */
final class PodPython {
    private PodPython() {}

    /** Starts it with arguments; the output goes to a file in the directory. */
    static Process start(Path directory, List<String> arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(EngineInterpreter.get().executable().toString(), "-I", "-S"));
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(output(directory).toFile())
                .start();
    }

    /** Runs it with an input, waits for its end, and returns its output. */
    static byte[] run(Path directory, List<String> arguments, PodExec.Input input)
            throws IOException, InterruptedException {
        Process process = start(directory, arguments);
        try {
            OutputStream stream = process.getOutputStream();
            input.writeTo(stream);
            stream.flush();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
            return Files.readAllBytes(output(directory));
        } finally {
            process.destroyForcibly();
        }
    }

    private static Path output(Path directory) {
        return directory.resolve("output-of-python");
    }
}
