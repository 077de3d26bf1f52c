package sg.aiverify.worker.chaos;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A slot in which one worker process follows another, always behind the same proxy and on the same disk. */
final class WorkerSlot implements AutoCloseable {
    private static final List<String> OWN_VARIABLES =
            List.of("TEWORKER_", "VALKEY_", "APIGW_", "PIPELINE_", "PYTHON", "PIP_INDEX", "PIP_FIND", "UV_INDEX");

    private final List<String> command;
    private final Path directory;
    private final Map<String, String> variables;
    private final TcpProxy proxy;
    private volatile @Nullable Process process;

    WorkerSlot(List<String> command, Path directory, Map<String, String> variables, TcpProxy proxy) {
        this.command = command;
        this.directory = directory;
        this.variables = variables;
        this.proxy = proxy;
    }

    synchronized long pid() {
        return Objects.requireNonNull(process, "no worker").pid();
    }

    TcpProxy proxy() {
        return proxy;
    }

    /** Starts a worker and waits until it is connected to its server. */
    synchronized void start() {
        long before = proxy.accepted();
        Process started = launch();
        process = started;
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> proxy.accepted() > before || !started.isAlive());
    }

    private Process launch() {
        try {
            Files.createDirectories(directory);
            Path log = directory.resolve("log");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment()
                    .keySet()
                    .removeIf(name -> OWN_VARIABLES.stream().anyMatch(name::startsWith));
            builder.environment().put("TEWORKER_HTTP_PORT", "0");
            builder.environment().putAll(variables);
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills the worker as the kernel would, and starts another one. */
    synchronized void kill() throws InterruptedException {
        Process now = process;
        if (now != null) {
            now.destroyForcibly().waitFor();
        }
        start();
    }

    /** Stops the worker with SIGTERM and starts another one; returns whether it stopped in time. */
    synchronized boolean terminate(Duration patience) throws InterruptedException {
        boolean stopped = stop(patience);
        start();
        return stopped;
    }

    synchronized void freeze(Duration duration) throws IOException, InterruptedException {
        Process now = process;
        if (now == null || !now.isAlive()) {
            start();
            return;
        }
        signal(now, "STOP");
        Thread.sleep(duration.toMillis());
        signal(now, "CONT");
    }

    /** Starts a worker if the last one ended unexpectedly; returns whether it did. */
    synchronized boolean revive() {
        Process now = process;
        if (now != null && now.isAlive()) {
            return false;
        }
        start();
        return true;
    }

    private static void signal(Process process, String name) throws IOException, InterruptedException {
        // Every shell has kill built in; the program of this name does not exist everywhere.
        new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid())
                .start()
                .waitFor();
    }

    synchronized boolean stop(Duration patience) throws InterruptedException {
        Process now = process;
        process = null;
        if (now == null) {
            return true;
        }
        now.destroy();
        boolean stopped = now.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
        now.destroyForcibly().waitFor();
        return stopped;
    }

    /** Kills the worker at any time, even while another thread waits for it. */
    void end() {
        Process now = process;
        if (now != null) {
            now.destroyForcibly();
        }
    }

    @Override
    public void close() throws InterruptedException {
        stop(Duration.ZERO);
        proxy.close();
    }
}
