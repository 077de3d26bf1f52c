package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The packaged worker as a separate process. */
final class WorkerProcess implements AutoCloseable {
    private static final List<String> OWN_VARIABLES =
            List.of("TEWORKER_", "VALKEY_", "APIGW_", "PIPELINE_", "PYTHON", "PIP_INDEX", "PIP_FIND", "UV_INDEX");

    static final int HEAP_MB = 256;

    private final Process process;
    private final Path directory;
    private long given;

    private WorkerProcess(Process process, Path directory) {
        this.process = process;
        this.directory = directory;
    }

    /**
     * Starts the worker.
     *
     * @param directory its working directory, also for its output; created if it does not exist
     * @param variables added to this process's environment, from which the worker's variables are removed
     * @param arguments the command and its options; empty to take tasks
     */
    static WorkerProcess start(Path directory, Map<String, String> variables, String... arguments) {
        return start(directory, HEAP_MB, variables, arguments);
    }

    /** Starts the worker with a given heap size. */
    static WorkerProcess start(Path directory, int heapMb, Map<String, String> variables, String... arguments) {
        return start(jar(), directory, heapMb, variables, arguments);
    }

    /** Starts the worker from the given jar. */
    static WorkerProcess start(
            Path jar, Path directory, int heapMb, Map<String, String> variables, String... arguments) {
        List<String> command = JavaCommand.like("-Xmx" + heapMb + "m", "-jar", jar.toString());
        command.addAll(List.of(arguments));
        try {
            Files.createDirectories(directory);
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectOutput(directory.resolve("out").toFile())
                    .redirectError(directory.resolve("err").toFile());
            builder.environment()
                    .keySet()
                    .removeIf(name -> OWN_VARIABLES.stream().anyMatch(name::startsWith));
            // Several may run in parallel.
            builder.environment().put("TEWORKER_HTTP_PORT", "0");
            builder.environment().putAll(variables);
            return new WorkerProcess(builder.start(), directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the packaged worker, in the directory with its libraries. */
    static Path jar() {
        Path jar = Path.of(System.getProperty("basedir", "."), "target", "aiverify-worker.jar");
        assertThat(jar).as("the packaged worker").exists();
        return jar.toAbsolutePath();
    }

    /** Waits until it takes tasks. */
    WorkerProcess ready() {
        await().atMost(Scene.PATIENCE).until(() -> !process.isAlive() || err().contains("Ready: receiving tasks"));
        assertThat(process.isAlive()).as(err()).isTrue();
        return this;
    }

    /** Waits until it takes tasks or has ended; returns whether it ended with this text. */
    boolean endsSaying(String words) {
        await().atMost(Scene.PATIENCE).until(() -> !process.isAlive() || err().contains("Ready: receiving tasks"));
        return !process.isAlive() && err().contains(words);
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    void terminate() {
        process.destroy();
    }

    void kill() {
        process.destroyForcibly();
    }

    /** Waits for its end and returns its exit code. */
    int exitCode() throws InterruptedException {
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).as(err()).isTrue();
        return process.exitValue();
    }

    String out() {
        return read("out");
    }

    String err() {
        return read("err");
    }

    /** Returns the complete lines of the log since the last call. */
    String nextErr() {
        try (SeekableByteChannel file = Files.newByteChannel(directory.resolve("err"))) {
            ByteBuffer rest = ByteBuffer.allocate(Math.toIntExact(file.size() - given));
            file.position(given);
            while (rest.hasRemaining() && file.read(rest) >= 0) {
                // until all is read
            }
            int end = rest.position();
            while (end > 0 && rest.get(end - 1) != '\n') {
                end--;
            }
            given += end;
            return new String(rest.array(), 0, end, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String read(String name) {
        try {
            return Files.readString(directory.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
