package sg.aiverify.worker.python;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;

/** The original executor's command line, which users call. */
@Tag("slow")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class RunnerCommandLineTest {
    private static final String RUN = "11111111-2222-3333-4444-555555555555";

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    TinyInputs files;
    TinyAlgorithm plugin;

    @BeforeEach
    void write() {
        files = TinyInputs.write(directory.resolve("inputs"));
        plugin = TinyAlgorithm.write(directory, "plugin");
    }

    private int run(String arguments, String... more) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                EngineInterpreter.get().executable().toString(),
                PythonScripts.ofCore(shared).path("runner.py").toString(),
                "--test_run_id",
                RUN,
                "--algo_path",
                directory.resolve("plugin").toString(),
                "--data_path",
                files.dataset().toString(),
                "--model_path",
                files.model().toString(),
                "--model_type",
                "classification",
                "--algorithm_args",
                arguments));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output.txt").toFile())
                .start();
        return process.waitFor();
    }

    private String output() throws IOException {
        return Files.readString(directory.resolve("output.txt"));
    }

    private static JsonObject result(Path archive) throws IOException {
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            return JsonParser.parseReader(new InputStreamReader(
                            zip.getInputStream(zip.getEntry("results.json")), StandardCharsets.UTF_8))
                    .getAsJsonObject();
        }
    }

    @Test
    void writesAZipThatTheGatewayTakes() throws Exception {
        plugin.doing("Path('output/a.png').write_text('image')\nself.results = {'image': 'a.png'}");
        int status = run("{\"x\": 1}", "--ground_truth_path", files.dataset().toString(), "--ground_truth", "truth");
        assertThat(status).as(output()).isZero();
        Path archive = directory.resolve("plugin/output.zip");
        JsonObject result = result(archive);
        assertThat(result.get("testRunId").getAsString()).isEqualTo(RUN);
        assertThat(result.get("gid").getAsString()).isEqualTo(TinyAlgorithm.GID);
        assertThat(result.getAsJsonObject("output")).hasToString("{\"image\":\"a.png\"}");
        assertThat(result.getAsJsonArray("artifacts")).hasToString("[\"a.png\"]");
        JsonObject arguments = result.getAsJsonObject("testArguments");
        assertThat(arguments.get("groundTruth").getAsString()).isEqualTo("truth");
        assertThat(arguments.get("algorithmArgs")).hasToString("{\"x\":1}");
        assertThat(arguments.get("modelFile").getAsString()).isEqualTo("file://" + files.model());
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            assertThat(zip.getEntry("a.png")).isNotNull();
        }
    }

    @Test
    void removesTheZipOfAFormerRunAndReportsTheFailureByItsExitStatus() throws Exception {
        Path archive = Files.writeString(directory.resolve("plugin/output.zip"), "stale");
        plugin.doing("raise ValueError('broken')");
        assertThat(run("{}")).isEqualTo(1);
        assertThat(output()).contains("ValueError: broken");
        assertThat(archive).doesNotExist();
    }

    @Test
    void distinguishesWrongUsageFromWrongInput() throws Exception {
        assertThat(run("no json")).isEqualTo(2);
        assertThat(run("{}", "--ground_truth_path", "x")).isEqualTo(2);
        assertThat(run("{}", "--ground_truth_path", "/nowhere", "--ground_truth", "y"))
                .isEqualTo(255);
        assertThat(output()).contains("Invalid ground_truth_path: /nowhere");
        plugin.sourceFile("input.schema.json", "{\"type\": \"object\", \"required\": [\"a\", \"b\"]}");
        assertThat(run("{}")).isEqualTo(255);
        assertThat(output()).contains("'a' is a required property").contains("'b' is a required property");
    }

    @Test
    void readsArgumentsFromAFileWhereTheyAreTooLongForACommandLine() throws Exception {
        plugin.doing("self.results = {'length': len(self.arguments['text'])}");
        Path file =
                Files.writeString(directory.resolve("arguments.json"), "{\"text\": \"" + "x".repeat(300_000) + "\"}");
        Path archive = directory.resolve("to/result.zip");
        assertThat(run("@" + file, "--output_zip", archive.toString()))
                .as(output())
                .isZero();
        assertThat(result(archive).getAsJsonObject("output")).hasToString("{\"length\":300000}");
    }

    @Test
    void aResultThatTheGatewayRefusesEndsWith255AndIsReportedAsAnError() throws Exception {
        List<String> requests = new CopyOnWriteArrayList<>();
        HttpServer gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        gateway.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            boolean upload = exchange.getRequestMethod().equals("POST");
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + (upload ? "" : new String(body, StandardCharsets.UTF_8)));
            byte[] answer = "no such plug-in".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(upload ? 422 : 200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        gateway.start();
        try {
            String url = "http://127.0.0.1:" + gateway.getAddress().getPort();
            assertThat(run("{}", "--apigw_url", url, "--upload_output_to_apigw"))
                    .isEqualTo(255);
        } finally {
            gateway.stop(0);
        }
        assertThat(requests).hasSize(2);
        assertThat(requests.get(0)).isEqualTo("POST /test_results/upload_zip ");
        assertThat(requests.get(1))
                .startsWith("PATCH /test_runs/" + RUN)
                .contains("\"status\": \"error\"")
                .contains("Upload failed with status code 422: no such plug-in");
        assertThat(directory.resolve("plugin/output.zip")).doesNotExist();
    }

    @Test
    void progressIsReportedToTheGatewayAndAnExitOfTheAlgorithmAsAnError() throws Exception {
        List<String> requests = new CopyOnWriteArrayList<>();
        HttpServer gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        gateway.createContext("/", exchange -> {
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        gateway.start();
        try {
            plugin.doing("self.progress(40)\nsys.exit(3)");
            String url = "http://127.0.0.1:" + gateway.getAddress().getPort() + "/";
            assertThat(run("{}", "--apigw_url", url, "--upload_output_to_apigw"))
                    .isEqualTo(255);
            assertThat(requests).hasSize(2);
            assertThat(requests.get(0)).isEqualTo("PATCH /test_runs/" + RUN + " {\"progress\": 40}");
            assertThat(requests.get(1))
                    .startsWith("PATCH /test_runs/" + RUN)
                    .contains("\"status\": \"error\"")
                    .contains("Failed to run algorithm: The algorithm ended its process with exit(3)");
        } finally {
            gateway.stop(0);
        }
    }
}
