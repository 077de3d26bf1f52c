package sg.aiverify.worker.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The worker as a process of its own: signals, exit codes and what is written where. */
class ProcessTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private Process process;

    @AfterEach
    void end() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    @Test
    void sigtermStopsTheWorkerWellAndItsLastLineIsWritten() throws Exception {
        start();
        await().atMost(PATIENCE).until(() -> err().contains("Ready after"));

        process.destroy();

        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(err()).contains("Got SIGTERM").endsWith("ServiceRun: Stopped\n");
        assertThat(directory.resolve("out")).isEmptyFile();
    }

    @Test
    void ctrlCStopsTheWorkerWell() throws Exception {
        start();
        await().atMost(PATIENCE).until(() -> err().contains("Ready after"));

        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();

        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(err()).contains("Got SIGINT");
    }

    @Test
    void aWrongSettingEndsItWithTwo() throws Exception {
        Files.writeString(directory.resolve(".env"), "TEWORKER_CONCURRENCY=0\n");
        start();

        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(2);
        assertThat(err())
                .isEqualTo("error: TEWORKER_CONCURRENCY='0' (.env) is not allowed; allowed: a whole number from 1 to"
                        + " 1024\n");
    }

    private void start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName()))
                .directory(directory.toFile())
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile());
        String path = builder.environment().get("PATH");
        builder.environment().clear();
        builder.environment().put("PATH", path);
        builder.environment().put("TEWORKER_DATA_DIR", directory.resolve("data").toString());
        builder.environment().put("VALKEY_PORT", "" + closedPort());
        process = builder.start();
    }

    private String err() throws IOException {
        return Files.readString(directory.resolve("err"));
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
