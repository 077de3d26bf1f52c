package sg.aiverify.worker.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.failure.TaskFailedException;

class TaskParserTest {
    private static final String ID = "0b9c1f1e-6f0c-4d4c-9a55-3d0d5b0e7a11";
    private static final String HASH = "ab".repeat(32);

    private static JsonObject valid() {
        return JsonParser.parseString("""
                        {"id": "%s", "mode": "upload", "algorithmGID": "aiverify.stock.x", "algorithmCID": "x_y",
                        "algorithmHash": "%s", "algorithmArgs": {"a": "_dataset_:d.csv"}, "modelFile": "m.sav",
                        "modelFileHash": null, "modelType": "Classification", "testDataset": "d.sav",
                        "testDatasetHash": null, "groundTruthDataset": "g.sav", "groundTruthDatasetHash": null,
                        "groundTruth": "default"}""".formatted(ID, HASH)).getAsJsonObject();
    }

    private static String with(String field, String value) {
        JsonObject json = valid();
        JsonElement parsed = JsonParser.parseString(value);
        json.add(field, parsed);
        return json.toString();
    }

    private static String without(String field) {
        JsonObject json = valid();
        json.remove(field);
        return json.toString();
    }

    @Test
    void readsEveryFieldOfATaskAsTheGatewayWritesIt() {
        Task task = TaskParser.parse(valid().toString());

        assertThat(task.id()).isEqualTo(ID);
        assertThat(task.gid()).isEqualTo("aiverify.stock.x");
        assertThat(task.cid()).isEqualTo("x_y");
        assertThat(task.algorithmHash()).contains(HASH);
        assertThat(task.algorithmArgs().toString()).isEqualTo("{\"a\":\"_dataset_:d.csv\"}");
        assertThat(task.model()).isEqualTo(new Task.DataFile("m.sav", null));
        assertThat(task.modelType()).isEqualTo(ModelType.CLASSIFICATION);
        assertThat(task.testDataset().name()).isEqualTo("d.sav");
        assertThat(task.groundTruthDataset()).contains(new Task.DataFile("g.sav", null));
        assertThat(task.groundTruth()).contains("default");
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "mode", "algorithmGID", "algorithmCID", "modelFile", "modelType", "testDataset"})
    void namesAFieldThatIsMissing(String field) {
        assertThatThrownBy(() -> TaskParser.parse(without(field)))
                .isInstanceOf(TaskFailedException.class)
                .hasMessage("The task is invalid: " + field + " is missing; it must be a string");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "id            | 5              | id must be a string, but is a number: 5",
                "id            | null           | id must be a string, but is null",
                "id            | 'x1'           | id must be a UUID, but is 'x1'",
                "id            | ''             | id must not be empty",
                "mode          | true           | mode must be a string, but is a boolean: true",
                "mode          | 'upload '      | mode must be 'upload', but is 'upload '",
                "mode          | 'api'          | mode 'api' (a model behind an API) is not implemented; submit an uploaded model with mode 'upload'",
                "algorithmGID  | '-x'           | algorithmGID must be 1 to 128 letters, digits, '.', '_' or '-', the first a letter or digit, but is '-x'",
                "algorithmCID  | '../x'         | algorithmCID must be 1 to 128 letters, digits, '.', '_' or '-', the first a letter or digit, but is '../x'",
                "algorithmHash | 'abc'          | algorithmHash must be a SHA-256 of 64 hex digits or null, but is 'abc'",
                "algorithmHash | 7              | algorithmHash must be a string or null, but is a number: 7",
                "algorithmArgs | null           | algorithmArgs must be an object, but is null",
                "algorithmArgs | []             | algorithmArgs must be an object, but is an array: []",
                "algorithmArgs | '{}'           | algorithmArgs must be an object, but is a string: \"{}\"",
                "modelFile     | ''             | modelFile must not be empty",
                "modelFile     | '../m.sav'     | modelFile must be a plain file name without '/' and '\\', but is '../m.sav'",
                "modelFile     | '..'           | modelFile must be a plain file name without '/' and '\\', but is '..'",
                "modelType     | 'clustering'   | modelType must be one of classification, regression, uplift, but is 'clustering'",
                "testDataset   | {}             | testDataset must be a string, but is an object: {}",
                "groundTruthDataset | false     | groundTruthDataset must be a string or null, but is a boolean: false",
                "groundTruth   | null           | groundTruth is missing; it must be the column of groundTruthDataset 'g.sav' that contains the ground truth",
                "groundTruth   | 1              | groundTruth must be a string or null, but is a number: 1",
            },
            quoteCharacter = '`')
    void saysWhatIsWrongWithAFieldAndWhatIsAllowed(String field, String value, String problem) {
        String json = with(field, value.replace('\'', '"'));

        assertThatThrownBy(() -> TaskParser.parse(json))
                .isInstanceOf(TaskFailedException.class)
                .hasMessage("The task is invalid: " + problem);
    }

    @ParameterizedTest
    @CsvSource({
        "mode, modle, it must be a string",
        "modelFile, modelfile, it must be a string",
        "algorithmArgs, algorithmArg, 'it must be an object, {} for no arguments'",
        "groundTruth, groundtruth, it must be the column of groundTruthDataset 'g.sav' that contains the ground truth",
    })
    void asksWhetherAFieldThatIsMissingIsTheOneThatWasMistyped(String field, String mistyped, String need) {
        JsonObject json = valid();
        json.add(mistyped, json.remove(field));

        assertThatThrownBy(() -> TaskParser.parse(json.toString()))
                .hasMessage(
                        "The task is invalid: " + field + " is missing (misspelled as '" + mistyped + "'?); " + need);
    }

    @Test
    void takesNothingFarOffForAMistypedField() {
        JsonObject json = valid();
        json.remove("id");
        json.addProperty("to", "x");
        json.addProperty("x".repeat(200), "x");

        assertThatThrownBy(() -> TaskParser.parse(json.toString()))
                .hasMessage("The task is invalid: id is missing; it must be a string");
    }

    @Test
    void namesEveryProblemAtOnce() {
        assertThatThrownBy(() -> TaskParser.parse("{\"id\": 5, \"mode\": \"x\", \"algorithmArgs\": []}"))
                .hasMessageContainingAll(
                        "id must",
                        "mode must",
                        "algorithmGID is",
                        "algorithmCID is",
                        "algorithmArgs must",
                        "modelFile is",
                        "modelType is",
                        "testDataset is");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{'id': 'x'}",
                "{\"id\": NaN}",
                "{\"id\": \"a\", \"id\": \"b\"}",
                "{} {}",
                "{\"a\": 01}",
                "{\"a\": 1,}",
                "{\"algorithmArgs\": {\"x\": 1e999}}",
                "// no\n{}"
            })
    void refusesWhatIsNotJson(String json) {
        assertThatThrownBy(() -> TaskParser.parse(json))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageStartingWith("The task is not valid JSON: ");
    }

    @ParameterizedTest
    @CsvSource({"[],an array", "5,a number", "null,null", "true,a boolean"})
    void refusesJsonThatIsNoObject(String json, String kind) {
        assertThatThrownBy(() -> TaskParser.parse(json))
                .hasMessage("The task is invalid: it must be a JSON object, but is " + kind);
    }

    @Test
    void refusesNestingWithoutBound() {
        String deep = "[".repeat(100_000) + "]".repeat(100_000);
        String json = valid().toString().replace("\"_dataset_:d.csv\"", deep);

        assertThatThrownBy(() -> TaskParser.parse(json))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("nesting depth");
    }

    @Test
    void refusesATextThatIsTooLongAndSaysHowLongItMayBe() {
        String json = " ".repeat(TaskParser.MAX_LENGTH + 1);

        assertThatThrownBy(() -> TaskParser.parse(json))
                .hasMessage("The task is too long: it has 8388609 characters, at most 8388608 are allowed");
    }

    @Test
    void describesAWrongValueThatIsTooLongToBeShown() {
        assertThatThrownBy(() -> TaskParser.parse(with("modelType", "\"" + "x".repeat(5000) + "\"")))
                .hasMessageContaining("but is '(of 5000 characters)'")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300));
    }

    @Test
    void keepsArgumentsToTheLastDigit() {
        String arguments =
                "{\"long\":12345678901234567890123,\"one\":1,\"oneDotZero\":1.0,\"tenth\":0.1000000000000000055,"
                        + "\"minus\":-0.0,\"max\":9007199254740993,\"text\":\"é\\u0000\",\"none\":null}";

        Task task = TaskParser.parse(valid().toString().replace("{\"a\":\"_dataset_:d.csv\"}", arguments));

        assertThat(task.algorithmArgs().toString()).isEqualTo(arguments);
    }

    @Test
    void ignoresUnknownFields() {
        assertThat(TaskParser.parse(with("apiSchema", "{\"x\": [1]}")).id()).isEqualTo(ID);
    }

    @Test
    void writesHashesInLowerCase() {
        Task task = TaskParser.parse(with("algorithmHash", "\"" + "AB".repeat(32) + "\""));

        assertThat(task.algorithmHash()).contains("ab".repeat(32));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0B9C1F1E-6F0C-4D4C-9A55-3D0D5B0E7A11", "0b9c1f1e6f0c4d4c9a553d0d5b0e7a11"})
    void writesTheIdAsTheGatewayShowsIt(String id) {
        assertThat(TaskParser.parse(with("id", "\"" + id + "\"")).id()).isEqualTo(ID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"\""})
    void dropsTheColumnWhereThereIsNoGroundTruthDataset(String dataset) {
        Task task = TaskParser.parse(with("groundTruthDataset", dataset));

        assertThat(task.groundTruthDataset()).isEmpty();
        assertThat(task.groundTruth()).isEmpty();
    }

    @Test
    void buildsInCodeWhatItWouldRead() {
        JsonObject arguments = new JsonObject();
        arguments.addProperty("n", 3L);
        Task built = Task.builder(ID)
                .algorithm("g", "c")
                .algorithmHash(HASH)
                .arguments(arguments)
                .model(ModelType.REGRESSION, "m.sav")
                .modelHash(HASH)
                .testDataset("d.csv")
                .testDatasetHash(HASH)
                .groundTruth("g.csv", "y")
                .groundTruthDatasetHash(HASH)
                .build();

        Task read = TaskParser.parse(built.toJson());

        assertThat(read).usingRecursiveComparison().isEqualTo(built);
        assertThat(List.of(
                        read.model(),
                        read.testDataset(),
                        read.groundTruthDataset().orElseThrow()))
                .allSatisfy(file -> assertThat(file.expectedSha256()).contains(HASH));
    }

    @Test
    void buildsATaskWithoutGroundTruthAndHashes() {
        Task built = Task.builder(ID)
                .algorithm("g", "c")
                .model(ModelType.REGRESSION, "m.sav")
                .testDataset("d.csv")
                .build();

        assertThat(TaskParser.parse(built.toJson())).usingRecursiveComparison().isEqualTo(built);
    }

    @Test
    void refusesToBuildWhatItWouldNotRead() {
        assertThatThrownBy(() -> Task.builder("1").algorithm("g", "c").build())
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContainingAll("id must be a UUID", "modelFile is missing", "testDataset is missing");
    }
}
