package sg.aiverify.worker.testkit.valkey;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.InfrastructureException;

/**
 * The process of a server. The server accepts commands when {@link #start} returns, and ends together with this JVM.
 */
final class ServerProcess {
    static final String LOOPBACK = "127.0.0.1";

    private static final Logger log = LogManager.getLogger(ServerProcess.class);
    private static final Duration START_LIMIT = Duration.ofSeconds(20);
    private static final Duration END_LIMIT = Duration.ofSeconds(10);
    /**
     * A shell command that runs the server, and a child that kills the server when this JVM ends and the pipe closes.
     */
    private static final String KILLED_WITH_JVM =
            "exec 3<&0; { cat <&3 >/dev/null; kill $$; } 2>/dev/null & exec \"$@\" </dev/null 3<&-";

    private final Process process;

    private ServerProcess(Process process) {
        this.process = process;
    }

    /**
     * Starts a server and waits until it responds.
     *
     * @throws InfrastructureException if the server does not respond; the message contains the server's output
     */
    static ServerProcess start(ServerBinary binary, List<String> options, Path directory, int port) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", KILLED_WITH_JVM, "sh"));
        command.add(binary.path().toString());
        command.addAll(options);
        Path output = directory.resolve("server.log");
        ServerProcess started = new ServerProcess(new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start());
        String problem = started.awaitResponse(port);
        if (!problem.isEmpty()) {
            started.kill();
            throw new InfrastructureException(
                    binary.version() + " on port " + port + " " + problem + ":\n" + Files.readString(output));
        }
        log.info("{} ({}) listens on {}:{}", binary.version(), binary.path(), LOOPBACK, port);
        return started;
    }

    void stop() {
        process.destroy();
        awaitEnd();
    }

    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    private String awaitResponse(int port) {
        long start = System.nanoTime();
        while (!responds(port)) {
            if (!process.isAlive()) {
                return "ended at once";
            }
            if (System.nanoTime() - start > START_LIMIT.toNanos()) {
                return "did not respond within " + START_LIMIT.toSeconds() + " s";
            }
            try {
                TimeUnit.MILLISECONDS.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return "was stopped, since the waiting thread was interrupted";
            }
        }
        return "";
    }

    /** Checks whether the server responds. A response that requires a password is enough. */
    private static boolean responds(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(LOOPBACK, port), 1_000);
            socket.setSoTimeout(1_000);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            String response = new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
            return response != null && (response.equals("+PONG") || response.startsWith("-NOAUTH"));
        } catch (IOException e) {
            return false;
        }
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(END_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(END_LIMIT.toSeconds(), TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            log.debug("The pipe to process {} was already closed", process.pid(), e);
        }
    }
}
