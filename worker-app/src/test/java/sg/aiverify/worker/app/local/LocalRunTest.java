package sg.aiverify.worker.app.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.task.Task;
import sg.aiverify.worker.task.TaskParser;

class LocalRunTest {
    @TempDir
    Path directory;

    private Path there = Path.of("");

    @BeforeEach
    void makeFile() throws IOException {
        there = Files.createFile(directory.resolve("my data (1).sav"));
    }

    @Test
    void everythingThatIsMissingIsListed() {
        Path absent = directory.resolve("absent");
        JsonObject arguments = JsonParser.parseString("{\"a\": [\"_dataset_:x\"], \"b\": \"_dataset_:y\"}")
                .getAsJsonObject();

        assertThatThrownBy(() -> new LocalRun(
                        "id", absent, there, ModelType.REGRESSION, absent, there, null, arguments, Map.of("x", absent)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("--algorithm: " + absent + " does not exist")
                .hasMessageContaining("--data: " + absent + " does not exist")
                .hasMessageContaining("--dataset x: " + absent + " does not exist")
                .hasMessageContaining("--ground-truth and --ground-truth-column must be used together")
                .hasMessageContaining("add --dataset y=PATH");
    }

    @Test
    void namesOfDatasetsThatTheGatewayCannotHaveAreRefused() {
        JsonObject arguments = JsonParser.parseString(
                        "{\"a\": [\"_dataset_:\", \"_dataset_:/etc/passwd\"], \"b\": \"_dataset_:../b\"}")
                .getAsJsonObject();

        assertThatThrownBy(() -> run(null, null, arguments))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(
                        "The name of the dataset in the argument value '_dataset_:/etc/passwd' is '/etc/passwd'; allowed")
                .hasMessageContaining("is '../b'; allowed")
                .hasMessageNotContaining("add --dataset");
    }

    @Test
    void theTaskIsOneThatTheWorkerTakes() {
        JsonObject arguments = JsonParser.parseString("{\"n\": 3}").getAsJsonObject();
        AlgorithmSource algorithm = new AlgorithmSource(there, "some.plugin", "some_algorithm", List.of());

        Task task = TaskParser.parse(LocalTask.json(run(there, "income", arguments), algorithm));

        assertThat(task.id()).isEqualTo("2b5c9d1e-3f4a-4b6c-8d7e-9f0a1b2c3d4e");
        assertThat(task.gid()).isEqualTo("some.plugin");
        assertThat(task.cid()).isEqualTo("some_algorithm", List.of());
        assertThat(task.modelType()).isEqualTo(ModelType.REGRESSION);
        assertThat(task.model().name()).isEqualTo("my_data__1_.sav");
        assertThat(task.groundTruth()).contains("income");
        assertThat(task.groundTruthDataset()).isPresent();
        assertThat(task.algorithmArgs()).isEqualTo(arguments);
    }

    @Test
    void withoutGroundTruthTheTaskNamesNone() {
        AlgorithmSource algorithm = new AlgorithmSource(there, "some.plugin", "some_algorithm", List.of());

        Task task = TaskParser.parse(LocalTask.json(run(null, null, new JsonObject()), algorithm));

        assertThat(task.groundTruthDataset()).isEmpty();
    }

    @Test
    void aDatasetThatNothingNamesAndAModelOfAnotherTypeAreWarnedOf() {
        JsonObject arguments =
                JsonParser.parseString("{\"a\": \"_dataset_:x\"}").getAsJsonObject();
        LocalRun run = new LocalRun(
                "id", there, there, ModelType.REGRESSION, there, null, null, arguments, Map.of("x", there, "y", there));

        assertThat(LocalWarnings.of(run, new AlgorithmSource(there, "g", "c", List.of("classification", "uplift"))))
                .containsExactly(
                        "--dataset y is not used: no argument is \"_dataset_:y\"",
                        "--model-type is regression, but modelType in the algorithm's algo.meta.json allows only"
                                + " classification, uplift");
        assertThat(LocalWarnings.of(
                        run(null, null, new JsonObject()), new AlgorithmSource(there, "g", "c", List.of("Regression"))))
                .isEmpty();
    }

    @Test
    void anArgumentThatTheSchemaDoesNotKnowIsWarnedOf() throws IOException {
        JsonObject arguments = JsonParser.parseString("{\"digit\": 2, \"digits\": 3, \"else\": 4}")
                .getAsJsonObject();
        String properties = "\"properties\": {\"digits\": {\"type\": \"integer\"}}";
        Path schema = directory.resolve("input.schema.json");

        Files.writeString(schema, "{" + properties + "}");
        assertThat(LocalWarnings.ofArguments(arguments, schema))
                .containsExactly(
                        "--args: the algorithm's input.schema.json has no property 'digit'; did you mean 'digits'?",
                        "--args: the algorithm's input.schema.json has no property 'else'");
        for (String open : List.of(
                "{" + properties + ", \"additionalProperties\": true}",
                "{" + properties + ", \"allOf\": [{\"properties\": {\"digit\": {}, \"else\": {}}}]}",
                "{}",
                "[]",
                "{")) {
            Files.writeString(schema, open);
            assertThat(LocalWarnings.ofArguments(arguments, schema)).as(open).isEmpty();
        }
        assertThat(LocalWarnings.ofArguments(arguments, directory.resolve("absent")))
                .isEmpty();
    }

    private LocalRun run(@Nullable Path groundTruth, @Nullable String column, JsonObject arguments) {
        return new LocalRun(
                "2b5c9d1e-3f4a-4b6c-8d7e-9f0a1b2c3d4e",
                there,
                there,
                ModelType.REGRESSION,
                there,
                groundTruth,
                column,
                arguments,
                Map.of());
    }
}
