package sg.aiverify.worker.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.e2e.JavaCommand;
import sg.aiverify.worker.e2e.OperatorHttp;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;
import sg.aiverify.worker.testkit.samples.SampleCase;
import sg.aiverify.worker.testkit.samples.SampleData;

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
        String http = OperatorHttp.address(err());
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(OperatorHttp.get(http + "/readyz"))
                        .startsWith("503 not ready\n")
                        .contains("queue away: Valkey at 127.0.0.1:"));
        assertThat(OperatorHttp.get(http + "/livez")).isEqualTo("200 alive\n");

        // Every shell has it built in; the program of that name is not everywhere.
        assertThat(new ProcessBuilder("sh", "-c", "kill -INT " + process.pid())
                        .start()
                        .waitFor())
                .isZero();

        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(err()).contains("Got SIGINT");
    }

    @Test
    void aWrongSettingEndsItWithTwo() throws Exception {
        Files.writeString(directory.resolve(".env"), "TEWORKER_CONCURRENCY=0\nTEWORKER_SANDBOX=none\n");
        start();

        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(2);
        assertThat(err())
                .isEqualTo("error: TEWORKER_CONCURRENCY='0' (.env) is not allowed; allowed: a whole number from 1 to"
                        + " 1024\n");
    }

    @Test
    void sigtermKillsTheRunOfRunOnce() throws Exception {
        Path algorithm = MisbehavingAlgorithm.HANGS.write(directory);
        SampleCase on = SampleData.make(EngineInterpreter.get().executable(), directory.resolve("samples"))
                .cases()
                .get(0);
        start(
                "run-once",
                "--algorithm=" + algorithm,
                "--model=" + on.model(),
                "--model-type=" + on.modelType(),
                "--data=" + on.dataset());
        await().atMost(PATIENCE).until(() -> err().contains("hangs: 10%"));

        process.destroy();

        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(143);
        assertThat(err()).endsWith("error: the run was stopped by SIGTERM\n");
        assertThat(directory.resolve("output.zip")).doesNotExist();
    }

    private void start(String... args) throws IOException, InterruptedException {
        // A build in the background of a shell passes on that Ctrl-C is to be ignored.
        List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
        command.addAll(JavaCommand.like("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile());
        // Without the locale it would not find a class path with letters beyond ASCII.
        builder.environment().keySet().removeIf(name -> !name.matches("PATH|LANG|LC_.*"));
        builder.environment().put("TEWORKER_DATA_DIR", directory.resolve("data").toString());
        builder.environment().put("PYTHON", EngineInterpreter.get().executable().toString());
        builder.environment().put("TEWORKER_HTTP_PORT", "0");
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
