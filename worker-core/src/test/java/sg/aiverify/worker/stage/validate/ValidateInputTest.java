package sg.aiverify.worker.stage.validate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.json.internal.KnownSchemas;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.CancellationSource;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.task.Task;
import sg.aiverify.worker.task.TaskBuilder;

class ValidateInputTest {
    private static final String DATASET =
            "{\"properties\":{\"path\":{\"type\":\"string\",\"default\":\"\",\"ui:widget\":\"selectDataset\"}}}";

    @TempDir
    Path directory;

    private final KnownSchemas schemas = new KnownSchemas();
    private final ValidateInput pipe = new ValidateInput(schemas);

    private JsonObject validate(String schema, String arguments) throws IOException {
        return validate(schema, arguments, true, true);
    }

    private JsonObject validate(String schema, String arguments, boolean groundTruth, boolean needed)
            throws IOException {
        Path file = directory.resolve("input.schema.json");
        Files.writeString(file, schema);
        JsonObject meta = new JsonObject();
        meta.addProperty("requireGroundTruth", needed);
        Algorithm algorithm = new Algorithm(directory, "hash", directory.resolve("algo.py"), file, file, meta);
        TestInputs inputs = new TestInputs(algorithm, directory, directory, null, Map.of());
        TaskBuilder task = Task.builder("0b9c1f1e-6f0c-4d4c-9a55-3d0d5b0e7a11")
                .algorithm("g", "c")
                .arguments(JsonParser.parseString(arguments).getAsJsonObject())
                .model(ModelType.REGRESSION, "m")
                .testDataset("d");
        if (groundTruth) {
            task.groundTruth("g", "y");
        }
        return pipe.validate(inputs, new OneRun(task.build(), directory));
    }

    @Test
    void theSchemaIsParsedForTheFirstRunOnlyAndFillsTheSameDefaultsInEach() throws IOException {
        String schema = "{\"properties\":{\"a\":{\"default\":[1,{\"b\":2}]}}}";
        for (int run = 0; run < 3; run++) {
            JsonObject arguments = validate(schema, "{}");
            assertThat(arguments).hasToString("{\"a\":[1,{\"b\":2}]}");
            arguments.getAsJsonArray("a").get(1).getAsJsonObject().addProperty("b", 3); // the caller may change them
        }
        assertThat(schemas.prepared()).isEqualTo(1);
    }

    @Test
    void aDatasetThatWasLeftEmptyIsAnEmptyTextAsAlgorithmsExpectIt() throws IOException {
        assertThat(validate("{}", "{\"a\":\"_dataset_:\",\"b\":[\"_dataset_:\",\"_dataset_:x\"]}"))
                .isEqualTo(JsonParser.parseString("{\"a\":\"\",\"b\":[\"\",\"_dataset_:x\"]}"));
        assertThat(validate("{\"properties\":{\"a\":{\"default\":\"_dataset_:\"}}}", "{}"))
                .hasToString("{\"a\":\"\"}");
    }

    @Test
    @Timeout(120)
    void defaultsThatGrowWithoutEndAreRefused() {
        String text = "x".repeat(2000);
        String properties = IntStream.range(0, 3000)
                .mapToObj(i -> "\"p%d\":{\"$ref\":\"#/$defs/d\"}".formatted(i))
                .collect(Collectors.joining(","));

        assertThatThrownBy(() -> validate(
                        "{\"$defs\":{\"d\":{\"default\":\"%s\"}},\"properties\":{%s}}".formatted(text, properties),
                        "{}"))
                .isInstanceOf(TaskFailedException.class)
                .hasMessage("Algorithm g/c has invalid input schema: its defaults for these arguments contain more than"
                        + " 200000 values or 4194304 characters");
    }

    @Test
    @Timeout(120)
    void defaultsThatAreTriedOneByOneCountTogether() {
        String properties = IntStream.range(0, 4000)
                .mapToObj(i -> "\"p%d\":{\"type\":\"null\",\"default\":1}".formatted(i))
                .collect(Collectors.joining(","));
        String given =
                IntStream.range(0, 4000).mapToObj(i -> "\"g%d\":1".formatted(i)).collect(Collectors.joining(","));

        assertThatThrownBy(() -> validate("{\"properties\":{%s}}".formatted(properties), "{%s}".formatted(given)))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("checking it takes more than ");
    }

    @Test
    void aDatasetThatTheSchemaRequiresMustBeChosen() {
        assertThatThrownBy(() -> validate("{\"required\":[\"background\"]}", "{\"background\":\"_dataset_:\"}"))
                .isInstanceOf(TaskFailedException.class)
                .hasMessage("Input arguments is invalid: background: a dataset is required, but none was chosen");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | {\"a\":1.0} | {\"a\":1.0}",
                "{\"properties\":{\"a\":{\"default\":10}}} | {} | {\"a\":10}",
                "{\"properties\":{\"a\":{\"default\":10}}} | {\"a\":3} | {\"a\":3}",
                "{\"properties\":{\"a\":{\"default\":10}}} | {\"a\":null} | {\"a\":null}",
                "{\"required\":[\"a\"],\"properties\":{\"a\":{\"default\":10}}} | {} | {\"a\":10}",
                "{\"properties\":{\"a\":{\"type\":\"array\",\"default\":\"all\"},\"b\":{\"default\":1}}} | {} | {\"b\":1}",
                "{\"properties\":{\"o\":{\"properties\":{\"a\":{\"default\":[1]}}}}} | {\"o\":{}} | {\"o\":{\"a\":[1]}}",
                "{\"properties\":{\"o\":{\"properties\":{\"a\":{\"default\":[1]}}}}} | {} | {}",
                "{\"$defs\":{\"d\":{\"default\":7}},\"properties\":{\"a\":{\"$ref\":\"#/$defs/d\"}}} | {} | {\"a\":7}",
                "{\"$defs\":{\"d\":{\"default\":7}},\"properties\":{\"a\":{\"$ref\":\"#/$defs/d\",\"default\":8}}} | {} | {\"a\":8}",
                "{\"$defs\":{\"d\":{\"$ref\":\"#/$defs/d\"}},\"properties\":{\"a\":{\"$ref\":\"#/$defs/d\"}}} | {} | {}",
                "{\"properties\":{\"a\":{\"default\":\"_dataset_:x.csv\"}}} | {} | {}",
                "{\"properties\":{\"a\":{\"default\":\"x.csv\",\"ui:widget\":\"selectDataset\"}}} | {} | {}",
            })
    void fillsWhatIsNotGivenAndNothingElse(String schema, String arguments, String filled) throws IOException {
        assertThat(validate(schema, arguments)).hasToString(filled);
    }

    @Test
    void fillsAnEmptyDatasetAsAnEmptyText() throws IOException {
        assertThat(validate(DATASET, "{}")).hasToString("{\"path\":\"\"}");
    }

    @Test
    void namesEveryViolation() {
        assertThatThrownBy(() -> validate(
                        "{\"required\":[\"sensitive_feature\"],\"properties\":{\"n\":{\"type\":\"integer\"}}}",
                        "{\"n\":\"x\"}"))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageStartingWith("Input arguments is invalid: ")
                .hasMessageContaining("sensitive_feature: required property is missing")
                .hasMessageContaining("n: 'x' is not of type integer");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{", "[]", "{\"type\":\"nonsense\"}", "{\"$ref\":\"http://127.0.0.1:9/\"}", "{\"a\":NaN}"})
    void refusesASchemaThatCannotBeUsed(String schema) {
        assertThatThrownBy(() -> validate(schema, "{}"))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageStartingWith("Algorithm g/c has invalid input schema: ");
    }

    @Test
    void refusesARunWithoutTheGroundTruthThatItsAlgorithmNeeds() {
        assertThatThrownBy(() -> validate("{}", "{}", false, true))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("needs a ground truth, but the task has no groundTruthDataset");
    }

    @Test
    void acceptsARunWithoutGroundTruthWhereNoneIsNeeded() throws IOException {
        assertThat(validate("{}", "{}", false, false)).hasToString("{}");
    }

    @Test
    void leavesADiskThatFailsToTheOperator() {
        Path gone = directory.resolve("gone");
        Algorithm algorithm = new Algorithm(directory, "hash", gone, gone, gone, new JsonObject());
        Task task = Task.builder("0b9c1f1e-6f0c-4d4c-9a55-3d0d5b0e7a11")
                .algorithm("g", "c")
                .model(ModelType.REGRESSION, "m")
                .testDataset("d")
                .build();

        assertThatThrownBy(() -> new ValidateInput(new KnownSchemas())
                        .validate(
                                new TestInputs(algorithm, directory, directory, null, Map.of()),
                                new OneRun(task, directory)))
                .isInstanceOf(InfrastructureException.class);
    }

    @Test
    void isFoundByItsName() {
        assertThat(ServiceLoader.load(ModuleProvider.class))
                .filteredOn(provider -> provider.name().equals("validate_input"))
                .singleElement()
                .satisfies(provider -> assertThat(provider.stage()).isEqualTo(Stage.VALIDATE_INPUT));
    }

    private record OneRun(Task task, Path workDirectory) implements RunContext {
        @Override
        public int attempt() {
            return 1;
        }

        @Override
        public Cancellation cancellation() {
            return new CancellationSource();
        }

        @Override
        public void progress(int percent) {}

        @Override
        public void closeAtEnd(AutoCloseable resource) {}
    }
}
