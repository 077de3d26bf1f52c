package sg.aiverify.worker.result.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.CancellationSource;
import sg.aiverify.worker.stage.AlgorithmOutput;
import sg.aiverify.worker.stage.ResultArchive;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.task.Task;
import sg.aiverify.worker.task.TaskBuilder;

class ResultWriterTest {
    private static final String ID = "0b9c1f1e-6f0c-4d4c-9a55-3d0d5b0e7a11";

    @TempDir
    Path temp;

    private final CancellationSource cancellation = new CancellationSource();
    private Path work;
    private Path artifacts;
    private String outputSchema = "{\"type\":\"object\"}";
    private String meta = "{\"gid\":\"other\",\"cid\":\"other\",\"version\":\"1.2.3\"}";
    private TaskBuilder task = Task.builder(ID)
            .algorithm("a.b", "c")
            .model(ModelType.CLASSIFICATION, "m.sav")
            .testDataset("d.sav")
            .groundTruth("g.sav", "default");

    @BeforeEach
    void makeDirectories() throws IOException {
        work = Files.createDirectory(temp.resolve("work"));
        artifacts = Files.createDirectory(temp.resolve("output"));
    }

    private ResultArchive write(String output, String... names) throws IOException {
        Path file = Files.writeString(temp.resolve("output.json"), output, StandardCharsets.UTF_8);
        Path schema = Files.writeString(temp.resolve("output.schema.json"), outputSchema);
        Algorithm algorithm = new Algorithm(
                temp,
                "hash",
                schema,
                schema,
                schema,
                JsonParser.parseString(meta).getAsJsonObject());
        JsonObject arguments = JsonParser.parseString("{\"a\":\"_dataset_:x.csv\",\"n\":1.0,\"z\":null,\"l\":[true]}")
                .getAsJsonObject();
        AlgorithmOutput given = new AlgorithmOutput(
                file,
                artifacts,
                List.of(names),
                Instant.parse("2026-01-02T03:04:05.123456789Z"),
                Duration.ofNanos(1_234_567_890L));
        return new ResultWriter(ZoneId.of("Asia/Singapore"))
                .write(task.build(), algorithm, arguments, given, work, cancellation);
    }

    private static Map<String, byte[]> entries(ResultArchive archive) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(archive.file().toFile())) {
            for (ZipEntry entry : zip.stream().map(ZipEntry.class::cast).toList()) {
                entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
            }
        }
        return entries;
    }

    private static String results(ResultArchive archive) throws IOException {
        return new String(entries(archive).get("results.json"), StandardCharsets.UTF_8);
    }

    @Test
    void writesWhatTheGatewayAsksFor() throws IOException {
        ResultArchive archive = write("{\"results\": [1, 2.50]}");

        assertThat(archive.runId()).isEqualTo(ID);
        assertThat(archive.file()).startsWith(work);
        assertThat(entries(archive)).containsOnlyKeys("results.json");
        assertThat(results(archive)).isEqualTo("""
                {"testRunId":"%s","gid":"a.b","cid":"c","version":"1.2.3",\
                "startTime":"2026-01-02 11:04:05.123456","timeTaken":1.2346,\
                "testArguments":{"testDataset":"d.sav","mode":"upload","modelType":"classification",\
                "groundTruthDataset":"g.sav","groundTruth":"default",\
                "algorithmArgs":{"a":"_dataset_:x.csv","n":1.0,"z":null,"l":[true]},"modelFile":"m.sav"},\
                "output":{"results":[1,2.50]},"artifacts":[]}""".formatted(ID));
    }

    @Test
    void namesTheTestDataInPlaceOfAGroundTruthThatThereIsNot() throws IOException {
        task = Task.builder(ID)
                .algorithm("a", "c")
                .model(ModelType.REGRESSION, "m")
                .testDataset("d.sav");

        assertThat(results(write("{}"))).contains("\"groundTruthDataset\":\"d.sav\",\"groundTruth\":\"\"");
    }

    @Test
    void writesNullForAnAlgorithmWithoutVersion() throws IOException {
        meta = "{}";

        assertThat(results(write("{}"))).contains("\"version\":null");
    }

    @Test
    void packsArtifactsByTheirNames() throws IOException {
        Files.createDirectories(artifacts.resolve("images"));
        Files.writeString(artifacts.resolve("images/a_1.png"), "picture");
        Files.writeString(artifacts.resolve("b.txt"), "text");
        Files.writeString(artifacts.resolve("not-named.txt"), "text");

        ResultArchive archive = write("{}", "images/a_1.png", "b.txt");

        assertThat(archive.artifacts()).containsExactly("images/a_1.png", "b.txt");
        assertThat(entries(archive)).containsOnlyKeys("results.json", "images/a_1.png", "b.txt");
        assertThat(entries(archive).get("images/a_1.png")).asString().isEqualTo("picture");
        assertThat(results(archive)).contains("\"artifacts\":[\"images/a_1.png\",\"b.txt\"]");
    }

    @Test
    void copiesWhatOnlyPythonWritesAndEveryDigit() throws IOException {
        String output = "{\"a\":[NaN,Infinity,-Infinity],\"long\":123456789012345678901234567890,"
                + "\"exact\":0.1000000000000000055511151231257827,\"e\":1e-07,\"half\":\"\\uD800\",\"é\":\"日\"}";

        assertThat(results(write(output)))
                .contains("\"output\":" + output.replace("é", "\\u00E9").replace("日", "\\u65E5"));
    }

    @Test
    void keepsForeignTextInItsPlace() throws IOException {
        String output = "{\"a\":\"\\\"},\\\"testRunId\\\":\\\"x\"}";

        JsonObject result = JsonParser.parseString(results(write(output))).getAsJsonObject();

        assertThat(result.get("testRunId").getAsString()).isEqualTo(ID);
        assertThat(result.getAsJsonObject("output").get("a").getAsString()).isEqualTo("\"},\"testRunId\":\"x");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[] | The algorithm's output does not match its output schema: [] is not of type object",
                "{ | The algorithm's output is not valid JSON: ",
                "`` | The algorithm's output is not valid JSON: it is empty",
                "{},\"testRunId\":\"x\" | The algorithm's output is not valid JSON: ",
                "{} {} | The algorithm's output is not valid JSON: unexpected text after its end",
                "{\"a\":1,\"a\":2} | The algorithm's output is not valid JSON: ",
            })
    void refusesAnOutputThatIsNotOneObject(String output, String problem) {
        assertThatThrownBy(() -> write(output))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageStartingWith(problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"[PAD]", "{\"a\":PAD", "{\"a\":PAD},\"testRunId\":\"x\"", "{\"a\":PAD} {}", "{\"a\":PAD,\"a\":1}"
            })
    void refusesALargeOutputThatIsNotOneObject(String output) {
        String padding = "\"" + "x".repeat((int) OutputSchema.MAX_CHECKED_BYTES) + "\"";

        assertThatThrownBy(() -> write(output.replace("PAD", padding)))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageStartingWith("The algorithm's output ");
    }

    @Test
    void leavesTheSchemaOfALargeOutputToTheGateway() throws IOException {
        outputSchema = "false";
        String padding = "x".repeat((int) OutputSchema.MAX_CHECKED_BYTES);

        assertThat(results(write("{\"a\":\"" + padding + "\"}"))).contains(padding);
    }

    @Test
    void leavesTheSchemaOfAnOutputWithTooManyValuesToTheGateway() throws IOException {
        outputSchema = "false";

        assertThat(results(write("{\"a\":[" + "0,".repeat(400_000) + "0]}"))).contains("0,0,0]");
    }

    @Test
    void refusesAnObjectWithMoreNamesThanTheMemoryShouldHold() throws IOException {
        StringBuilder output = new StringBuilder("{\"a0\":0");
        for (int i = 1; i < 400_000; i++) {
            output.append(",\"a").append(i).append("\":0");
        }

        assertThatThrownBy(() -> write(output.append('}').toString()))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("the names of an object and its enclosing objects take more than 32 MiB");
        assertThat(results(write("{\"a\":[" + "{\"b\":1},".repeat(400_000) + "0]}")))
                .contains("{\"b\":1},0]");
    }

    @Test
    void refusesANameThatComesTwiceInALargeOutput() {
        String padding = "\"" + "x".repeat((int) OutputSchema.MAX_CHECKED_BYTES) + "\"";

        assertThatThrownBy(() -> write("{\"a\":{\"b\":" + padding + ",\"b\":1}}"))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("an object has the name 'b' twice");
    }

    @Test
    void endsWithItsRun() {
        cancellation.cancel(CancelReason.CANCELLED);

        assertThatThrownBy(() -> write("{\"a\":1}")).isInstanceOf(RunCancelledException.class);
    }

    @Test
    void refusesATextThatWouldFillTheMemory() {
        assertThatThrownBy(() -> write("{\"a\":\"" + "x".repeat(17 * 1024 * 1024) + "\"}"))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageStartingWith("The algorithm's output exceeds a limit: String value length")
                .hasMessageContaining("16777216");
    }

    @Test
    void refusesAnOutputThatIsNestedTooDeep() {
        assertThatThrownBy(() -> write("{\"a\":" + "[".repeat(5000) + "]".repeat(5000) + "}"))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("nesting depth");
    }

    @Test
    void namesWhatTheOutputSchemaForbids() {
        outputSchema = "{\"required\":[\"x\"],\"properties\":{\"y\":{\"type\":\"array\"}}}";

        assertThatThrownBy(() -> write("{\"y\":1}"))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageStartingWith("The algorithm's output does not match its output schema: ")
                .hasMessageContaining("x: required property is missing")
                .hasMessageContaining("y: 1 is not of type array");
    }

    @Test
    void reportsAtMostTwentyViolations() {
        outputSchema = "{\"additionalProperties\":{\"type\":\"array\"}}";
        StringBuilder output = new StringBuilder("{\"a0\":0");
        for (int i = 1; i < 30; i++) {
            output.append(",\"a").append(i).append("\":0");
        }

        assertThatThrownBy(() -> write(output.append('}').toString())).hasMessageEndingWith("; and 10 more");
    }

    @Test
    void refusesAnOutputSchemaThatCannotBeUsed() {
        outputSchema = "{\"type\":5}";

        assertThatThrownBy(() -> write("{}"))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageStartingWith("Algorithm a.b/c has invalid output schema: ");
    }

    @Test
    void refusesAnOutputThatIsALink() throws IOException {
        Path secret = Files.writeString(temp.resolve("secret.json"), "{}");
        Path link = Files.createSymbolicLink(temp.resolve("link.json"), secret);

        assertThatThrownBy(() -> OutputCopy.checkFile(link))
                .isInstanceOf(TaskFailedException.class)
                .hasMessage("The algorithm returned no output");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a b.png",
                "é.png",
                "../secret",
                "a/../b",
                "..",
                "",
                "a\\b",
                "/etc/passwd",
                "results.json",
                "x/results.json",
                "myresults.json",
                "./a.txt",
                "a//b",
                "folder",
                "folder/",
                "missing.png",
                "link.txt",
                "linked/secret",
                "a.txt\n"
            })
    void refusesAnArtifactThatTheGatewayWouldOrMustNotStore(String name) throws IOException {
        Path outside = Files.createDirectory(temp.resolve("outside"));
        Files.writeString(outside.resolve("secret"), "secret");
        Files.writeString(temp.resolve("secret"), "secret");
        Files.writeString(artifacts.resolve("a.txt"), "fine");
        Files.writeString(artifacts.resolve("results.json"), "{}");
        Files.createDirectory(artifacts.resolve("folder"));
        Files.createSymbolicLink(artifacts.resolve("link.txt"), outside.resolve("secret"));
        Files.createSymbolicLink(artifacts.resolve("linked"), outside);

        assertThatThrownBy(() -> write("{}", name))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageStartingWith("The algorithm's artifacts cannot be stored: '" + name + "' ");
    }

    @Test
    void refusesAnArtifactNamedTwice() throws IOException {
        Files.writeString(artifacts.resolve("a.txt"), "fine");

        assertThatThrownBy(() -> write("{}", "a.txt", "a.txt")).hasMessageEndingWith("'a.txt' is listed twice");
    }

    @Test
    void refusesAnArtifactDirectoryThatIsALink() throws IOException {
        Files.delete(artifacts);
        Path elsewhere = Files.createDirectory(temp.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("a.txt"), "secret");
        Files.createSymbolicLink(artifacts, elsewhere);

        assertThatThrownBy(() -> write("{}", "a.txt"))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("missing or a link");
    }

    @Test
    void refusesAnArtifactDirectoryInTheRunsOwnThatIsBehindALink() throws IOException {
        Path elsewhere = Files.createDirectories(temp.resolve("elsewhere/output"));
        Files.writeString(elsewhere.resolve("a.txt"), "secret");
        Files.createSymbolicLink(work.resolve("algorithm"), elsewhere.getParent());
        artifacts = work.resolve("algorithm/output");

        assertThatThrownBy(() -> write("{}", "a.txt"))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageStartingWith("The algorithm's artifacts cannot be stored: 'a.txt' ");
    }

    @Test
    void needsNoArtifactDirectoryWhereThereAreNoArtifacts() throws IOException {
        Files.delete(artifacts);

        assertThat(write("{}").artifacts()).isEmpty();
    }

    @Test
    void refusesAModelTypeWhoseResultsTheGatewayDoesNotStore() {
        task.model(ModelType.UPLIFT, "m.sav");

        assertThatThrownBy(() -> ResultRules.check(task.build()))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("'uplift'")
                .hasMessageContaining("'classification' or 'regression'");
        assertThatThrownBy(() -> write("{}")).hasMessageContaining("'uplift'");
    }
}
