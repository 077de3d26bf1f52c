package sg.aiverify.worker.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.e2e.JavaCommand;
import sg.aiverify.worker.e2e.OperatorHttp;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;
import sg.aiverify.worker.testkit.samples.SampleCase;
import sg.aiverify.worker.testkit.samples.SampleData;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;

/** The worker as a separate process: signals, exit codes and output streams. */
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
        await().atMost(PATIENCE).until(() -> err().contains("retrying, runs in progress continue"));

        process.destroy();

        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(err())
                .containsOnlyOnce("This is the worker java-")
                .doesNotContain("Ready")
                .contains("Received SIGTERM")
                .endsWith(" worker: Stopped\n");
        assertThat(directory.resolve("out")).isEmptyFile();
    }

    @Test
    void ctrlCStopsTheWorkerWell() throws Exception {
        start();
        await().atMost(PATIENCE).until(() -> err().contains("retrying, runs in progress continue"));
        String http = OperatorHttp.address(err());
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(OperatorHttp.get(http + "/readyz"))
                        .startsWith("503 not ready\n")
                        .contains("queue: Valkey at 127.0.0.1:"));
        assertThat(OperatorHttp.get(http + "/livez")).isEqualTo("200 alive\n");

        // Every shell has kill built in; the program of this name does not exist everywhere.
        assertThat(new ProcessBuilder("sh", "-c", "kill -INT " + process.pid())
                        .start()
                        .waitFor())
                .isZero();

        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(err()).contains("Received SIGINT");
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

    @Tag("slow")
    @Test
    void inTheLocaleCEveryLetterReachesTheAlgorithm() throws Exception {
        assumeTrue(
                StandardCharsets.US_ASCII.newEncoder().canEncode(System.getProperty("java.class.path")),
                "needs a class path in ASCII: Java itself does not find another one in the locale C");
        Path here = Files.createDirectory(directory.resolve(FileNames.of("où")));
        TinyInputs inputs = TinyInputs.write(directory.resolve("inputs"));
        Files.copy(inputs.dataset(), here.resolve(FileNames.of("prüf.csv")));
        Path table = Files.createDirectory(here.resolve(FileNames.of("Größen"))).resolve(FileNames.of("données.csv"));
        Files.writeString(table, "x");
        TinyAlgorithm algorithm = TinyAlgorithm.write(here.resolve(FileNames.of("modèles")), "letters");
        algorithm
                .file("größe.txt", "x")
                .sourceFile(
                        "algo.meta.json",
                        "\uFEFF"
                                + Files.readString(algorithm
                                        .folder()
                                        .resolve(algorithm.packageName())
                                        .resolve("algo.meta.json")))
                .doing("""
                        import getpass
                        table = Path(self.arguments["table"])
                        self.results = {
                            "title": self.arguments["title"],
                            "table": [table.name, *sorted(os.listdir(table))],
                            "own": Path("größe.txt").read_text(encoding="utf-8"),
                            "user": getpass.getuser(),
                        }
                        """);
        String script = """
                cd où && LC_ALL=C LANG= exec "$@" run-once --algorithm modèles/letters --model '%s' \\
                    --model-type classification --data prüf.csv --dataset table=Größen --output résultat.zip \\
                    --args '{"title": "Größe 漢字", "table": "_dataset_:table"}'
                """.formatted(inputs.model());
        process = builder(List.of(
                        "sh",
                        Files.writeString(directory.resolve("start.sh"), script).toString()))
                .start();

        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(err()).isZero();
        try (FileSystem zip = FileSystems.newFileSystem(here.resolve(FileNames.of("résultat.zip")))) {
            assertThat(JsonParser.parseString(Files.readString(zip.getPath("results.json")))
                            .getAsJsonObject()
                            .get("output"))
                    .isEqualTo(
                            JsonParser.parseString("{\"title\": \"Größe 漢字\", \"table\": [\"Größen\", \"données.csv\"],"
                                    + " \"own\": \"x\", \"user\": \"algorithm\"}"));
        }
    }

    private void start(String... args) throws IOException, InterruptedException {
        // If the build runs in the background of a shell, child processes inherit that Ctrl-C is ignored.
        process = builder(List.of("env", "--default-signal=INT"), args).start();
    }

    private ProcessBuilder builder(List<String> before, String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(before);
        command.addAll(JavaCommand.like("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile());
        // Without the locale it would not find a class path with characters outside ASCII.
        builder.environment().keySet().removeIf(name -> !name.matches("PATH|LANG|LC_.*"));
        builder.environment().put("TEWORKER_DATA_DIR", directory.resolve("data").toString());
        builder.environment().put("PYTHON", EngineInterpreter.get().executable().toString());
        builder.environment().put("TEWORKER_HTTP_PORT", "0");
        builder.environment().put("VALKEY_PORT", "" + closedPort());
        return builder;
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
