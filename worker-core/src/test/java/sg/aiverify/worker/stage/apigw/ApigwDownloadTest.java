package sg.aiverify.worker.stage.apigw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sg.aiverify.worker.gateway.internal.ScriptedServer.bytes;
import static sg.aiverify.worker.gateway.internal.ScriptedServer.json;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.cache.internal.DiskContentCache;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.files.ArchiveExtractor;
import sg.aiverify.worker.gateway.internal.HttpGateway;
import sg.aiverify.worker.gateway.internal.QuickGateway;
import sg.aiverify.worker.gateway.internal.ScriptedServer;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.task.TaskBuilder;

@Timeout(60)
class ApigwDownloadTest {
    private static final String ALGORITHM = "GET /plugins/my.plugin/algorithms/my_algo";
    private static final byte[] MODEL = text("model");
    private static final byte[] DATA = text("data");

    @TempDir
    private Path directory;

    private final ScriptedServer server = new ScriptedServer();
    private final HttpGateway gateway = QuickGateway.at(server.url());
    private DiskContentCache cache;
    private ApigwDownload pipe;

    @BeforeEach
    void serve() throws IOException {
        cache = new DiskContentCache(directory.resolve("cache"), Long.MAX_VALUE, Clock.systemUTC());
        pipe = new ApigwDownload(new GatewayFiles(gateway, cache, new ArchiveExtractor(1, 100)));
        server.on(ALGORITHM, bytes(algorithm("{}")))
                .on("GET /storage/models/m.sav", bytes(MODEL))
                .on("GET /storage/datasets/d.sav", bytes(DATA))
                .on("GET /test_models/", json(200, "[{\"filename\":\"m.sav\",\"fileType\":\"file\"}]"))
                .on("GET /test_datasets/", json(200, "[{\"filename\":\"d.sav\",\"fileType\":\"file\"}]"));
    }

    @AfterEach
    void stop() {
        gateway.close();
        server.close();
        cache.close();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] zip(Map<String, String> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                ZipEntry entry = new ZipEntry(file.getKey());
                entry.setTime(0);
                zip.putNextEntry(entry);
                zip.write(text(file.getValue()));
            }
        }
        return bytes.toByteArray();
    }

    /** Returns an algorithm with additional members in its metadata. */
    private static byte[] algorithm(String further) throws IOException {
        JsonObject meta = JsonParser.parseString(further).getAsJsonObject();
        meta.addProperty("cid", "my_algo");
        meta.addProperty("gid", "my.plugin");
        meta.addProperty("name", "My algorithm");
        meta.add("modelType", JsonParser.parseString("[\"classification\"]"));
        return zip(Map.of(
                "pyproject.toml", "",
                "my_algo/algo.py", "",
                "my_algo/input.schema.json", "{}",
                "my_algo/output.schema.json", "{}",
                "my_algo/algo.meta.json", meta.toString()));
    }

    private static TaskBuilder task() throws IOException {
        return sg.aiverify.worker.task.Task.builder(UUID.randomUUID().toString())
                .algorithm("my.plugin", "my_algo")
                .algorithmHash(sha256(algorithm("{}")))
                .model(ModelType.CLASSIFICATION, "m.sav")
                .modelHash(sha256(MODEL))
                .testDataset("d.sav")
                .testDatasetHash(sha256(DATA))
                .groundTruth("d.sav", "label")
                .groundTruthDatasetHash(sha256(DATA));
    }

    private InputsRun run(TaskBuilder task) throws IOException {
        return new InputsRun(task.build(), Files.createTempDirectory(directory, "run"));
    }

    private TestInputs download(TaskBuilder task) throws Exception {
        return pipe.download(run(task));
    }

    private static JsonObject arguments(String json) {
        return JsonParser.parseString(json).getAsJsonObject();
    }

    @Test
    void everything_is_there_under_its_own_name_and_is_fetched_only_once() throws Exception {
        TestInputs inputs = download(task());
        assertThat(inputs.algorithm().script()).exists();
        assertThat(inputs.algorithm().contentHash()).isEqualTo(sha256(algorithm("{}")));
        assertThat(inputs.model()).isAbsolute().hasFileName("m.sav").hasBinaryContent(MODEL);
        assertThat(inputs.testDataset()).hasFileName("d.sav").hasBinaryContent(DATA);
        assertThat(inputs.findGroundTruth().orElseThrow().dataset()).isEqualTo(inputs.testDataset());
        assertThat(inputs.findGroundTruth().orElseThrow().column()).isEqualTo("label");
        assertThat(inputs.argumentDatasets()).isEmpty();
        try (Stream<Path> beside = Files.list(inputs.model().getParent())) {
            assertThat(beside).containsExactly(inputs.model());
        }

        int requests = server.lines().size();
        assertThat(download(task())).isEqualTo(inputs);
        assertThat(server.lines()).hasSize(requests);
        assertThat(server.count("GET /storage/datasets/d.sav")).isEqualTo(1);
    }

    @Test
    void entries_stay_in_use_until_the_run_ends() throws Exception {
        InputsRun run = run(task());
        Path model = pipe.download(run).model();
        try (DiskContentCache full = new DiskContentCache(directory.resolve("cache"), 0, Clock.systemUTC())) {
            full.obtain("other", "a", run.cancellation(), target -> {}).close();
            assertThat(model).exists();
            run.end();
            full.obtain("other", "b", run.cancellation(), target -> {}).close();
            assertThat(model).doesNotExist();
        }
    }

    @Test
    void a_file_without_the_tasks_hash_is_refused_with_the_beginnings_of_both_hashes() throws Exception {
        String expected = "a".repeat(64);
        assertThatThrownBy(() -> download(task().modelHash(expected)))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContainingAll(
                        "model 'm.sav'",
                        "begins with " + sha256(MODEL).substring(0, 12) + ",",
                        "expects aaaaaaaaaaaa;",
                        "submit the test run again");
        assertThatThrownBy(() -> download(task().algorithmHash(expected)))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContainingAll("algorithm 'my.plugin/my_algo'", "expects aaaaaaaaaaaa;");
    }

    @Test
    void without_a_hash_each_run_sees_what_the_gateway_has_now() throws Exception {
        server.on("GET /storage/datasets/new.sav", bytes(text("old")), bytes(text("new")), bytes(text("new")));
        TaskBuilder task = task().arguments(arguments("{\"a\":\"_dataset_:new.sav\"}"));
        InputsRun run = run(task);
        assertThat(pipe.download(run).argumentDatasets().get("new.sav")).hasContent("old");
        assertThat(run.workDirectory()).isEmptyDirectory();
        Path second = download(task).argumentDatasets().get("new.sav");
        assertThat(second).hasContent("new").hasFileName("new.sav");
        assertThat(download(task).argumentDatasets().get("new.sav")).isEqualTo(second);
    }

    @Test
    void datasets_in_arguments_are_found_at_any_depth_and_test_data_is_not_fetched_again() throws Exception {
        server.on("GET /storage/datasets/x.csv", bytes(text("x")));
        TestInputs inputs = download(
                task().arguments(arguments("{\"a\":{\"b\":[\"_dataset_:x.csv\"]},\"c\":\"_dataset_:d.sav\"}")));
        assertThat(inputs.argumentDatasets())
                .containsOnlyKeys("x.csv", "d.sav")
                .containsEntry("d.sav", inputs.testDataset());
        assertThat(inputs.argumentDatasets().get("x.csv")).hasContent("x");
        assertThat(server.count("GET /storage/datasets/d.sav")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/passwd", "../models/m.sav", "a/b", "..", "a b"})
    void names_in_arguments_that_lead_elsewhere_are_refused_before_anything_is_fetched(String name) {
        JsonObject arguments = new JsonObject();
        arguments.addProperty("a", "_dataset_:" + name);
        assertThatThrownBy(() -> download(task().arguments(arguments)))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContainingAll("_dataset_:" + name, "allowed");
        assertThat(server.lines()).isEmpty();
    }

    @Test
    void a_folder_is_unpacked_and_nothing_is_added_to_it() throws Exception {
        byte[] folder = zip(Map.of("model.pkl", "p", "code/a.py", "a"));
        server.on("GET /storage/models/pipe", bytes(folder))
                .on("GET /test_models/", json(200, "[{\"filename\":\"pipe\",\"fileType\":\"pipeline\"}]"));
        Path model = download(task().model(ModelType.CLASSIFICATION, "pipe").modelHash(sha256(folder)))
                .model();
        assertThat(model).isDirectory().hasFileName("pipe");
        try (Stream<Path> files = Files.walk(model)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> model.relativize(file).toString()))
                    .containsExactlyInAnyOrder("model.pkl", "code/a.py");
        }
        try (Stream<Path> beside = Files.list(model.getParent())) {
            assertThat(beside).containsExactly(model);
        }
    }

    @Test
    void a_file_that_is_a_zip_by_its_format_stays_a_file() throws Exception {
        byte[] body = zip(Map.of("weights", "w"));
        server.on("GET /storage/models/m", bytes(body))
                .on("GET /test_models/", json(200, "[{\"filename\":\"m\",\"fileType\":\"file\"}]"));
        Path model = download(task().model(ModelType.CLASSIFICATION, "m").modelHash(sha256(body)))
                .model();
        assertThat(model).isRegularFile().hasBinaryContent(body);
    }

    @Test
    void the_name_and_the_content_decide_if_the_gateway_does_not_report_the_type() throws Exception {
        byte[] body = zip(Map.of("weights", "w"));
        server.on("GET /test_models/", json(200, "[]"))
                .on("GET /storage/models/m.keras", bytes(body))
                .on("GET /storage/models/folder", bytes(body))
                .on("GET /storage/models/plain", bytes(MODEL));
        TaskBuilder task = task().modelHash(sha256(body));
        assertThat(download(task.model(ModelType.CLASSIFICATION, "m.keras")).model())
                .isRegularFile();
        assertThat(download(task.model(ModelType.CLASSIFICATION, "folder")).model())
                .isDirectory();
        assertThat(download(task.model(ModelType.CLASSIFICATION, "plain").modelHash(sha256(MODEL)))
                        .model())
                .isRegularFile();
    }

    @Test
    void a_guessed_type_is_replaced_by_the_gateways() throws Exception {
        byte[] body = zip(Map.of("weights", "w"));
        server.on("GET /storage/models/m", bytes(body))
                .on("GET /test_models/", json(200, "[]"), json(200, "[{\"filename\":\"m\",\"fileType\":\"file\"}]"));
        TaskBuilder task = task().model(ModelType.CLASSIFICATION, "m").modelHash(sha256(body));
        assertThat(download(task).model()).isDirectory();
        assertThat(download(task).model()).isRegularFile();
    }

    @Test
    void a_ground_truth_without_its_column_is_none() throws Exception {
        assertThatThrownBy(() -> download(task().groundTruth("d.sav", "")))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContainingAll("Missing groundTruth", "d.sav", "column", "my.plugin/my_algo");
        assertThat(server.lines()).containsExactly(ALGORITHM);
        TaskBuilder task = withoutGroundTruth("{\"requireGroundTruth\":false}").groundTruth("d.sav", "");
        assertThat(download(task).findGroundTruth()).isEmpty();
    }

    @Test
    void an_algorithm_that_needs_a_ground_truth_is_refused_without_one() {
        assertThatThrownBy(() -> download(withoutGroundTruth("{}")))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContainingAll("my.plugin/my_algo", "needs a ground truth");
        assertThat(server.lines()).containsExactly(ALGORITHM);
    }

    @Test
    void an_algorithm_that_needs_no_ground_truth_runs_without_one() throws Exception {
        assertThat(download(withoutGroundTruth("{\"requireGroundTruth\":false}"))
                        .findGroundTruth())
                .isEmpty();
    }

    private TaskBuilder withoutGroundTruth(String meta) throws IOException {
        byte[] zip = algorithm(meta);
        server.on(ALGORITHM, bytes(zip));
        return sg.aiverify.worker.task.Task.builder(UUID.randomUUID().toString())
                .algorithm("my.plugin", "my_algo")
                .algorithmHash(sha256(zip))
                .model(ModelType.CLASSIFICATION, "m.sav")
                .testDataset("d.sav");
    }

    @Test
    void an_algorithm_that_is_not_one_is_refused() throws Exception {
        byte[] zip = zip(Map.of("readme", "x"));
        server.on(ALGORITHM, bytes(zip));
        assertThatThrownBy(() -> download(task().algorithmHash(sha256(zip))))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("Invalid algorithm");
    }

    @Test
    void an_algorithm_that_is_no_zip_is_refused() throws Exception {
        server.on(ALGORITHM, bytes(text("no zip")));
        assertThatThrownBy(() -> download(task().algorithmHash(sha256(text("no zip")))))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContainingAll("zip of algorithm 'my.plugin/my_algo'", "cannot be read");
    }
}
