package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import sg.aiverify.worker.testkit.gateway.ValkeyTaskSink;

/** Tasks that a correct gateway would not write, or whose files have changed. */
class MalformedTaskTest {
    private static final String OTHER_HASH = "0123456789abcdef".repeat(4);

    @TempDir
    private static Path directory;

    private static Scene scene;

    @BeforeAll
    static void open() throws InterruptedException {
        scene = Scene.open(directory, Map.of());
    }

    @AfterAll
    static void close() {
        scene.close();
    }

    @AfterEach
    void nothingIsLeft() {
        scene.assertClean();
    }

    @Test
    void brokenJsonWithAReadableIdEndsTheRun() {
        scene.tasks.next(json -> json.substring(0, json.length() - 1));

        assertThat(scene.error(scene.healthy())).contains("The task is not valid JSON");
    }

    @Test
    void entriesWithoutARunBecomeDeadLettersAndTheNextRunSucceeds() {
        long before = scene.probe.length(ValkeyProbe.DEAD_LETTERS);

        scene.probe.add("{\"mode\": ");
        scene.probe.add("[]");
        scene.probe.add("{\"id\": 5, \"mode\": \"upload\"}");
        scene.probe.add("");
        scene.probe.call("XADD", ValkeyTaskSink.STREAM, "*", "job", "{}");
        scene.succeeded(scene.healthy());

        await().atMost(Scene.PATIENCE).until(() -> scene.probe.length(ValkeyProbe.DEAD_LETTERS) == before + 5);
    }

    @Test
    void anInvalidTaskOfAFinishedRunBecomesADeadLetterAndReportsNothing() {
        String run = scene.gateway.startRun(scene.healthy());
        scene.succeeded(run);
        int before = scene.gateway.requests().size();

        scene.probe.add("{\"id\": \"%s\", \"mode\": \"batch\"}".formatted(run));
        scene.succeeded(scene.healthy());

        await().atMost(Scene.PATIENCE).until(() -> scene.probe.pending() == 0);
        assertThat(scene.gateway
                        .requests()
                        .subList(before, scene.gateway.requests().size()))
                .noneMatch(request ->
                        request.method().equals("PATCH") && request.path().contains(run));
        assertThat(scene.gateway.uploads(run)).hasSize(1);
    }

    @Test
    void aTaskOfARunThatTheGatewayNeverHadIsDroppedUnrun() {
        String unknown = UUID.randomUUID().toString();
        String known = scene.startEdited(task -> {
            JsonObject copy = task.deepCopy();
            copy.addProperty("id", unknown);
            scene.probe.add(copy.toString());
        });

        scene.succeeded(known);

        await().atMost(Scene.PATIENCE).until(() -> scene.probe.pending() == 0);
        assertThat(scene.gateway.requests())
                .filteredOn(request -> request.path().contains(unknown))
                .isNotEmpty()
                .allMatch(request -> request.method().equals("GET") && request.status() == 404);
        assertThat(scene.gateway.uploads(unknown)).isEmpty();
    }

    static Stream<Arguments> wrongTasks() {
        return Stream.of(
                wrong(
                        "missing fields",
                        task -> List.of("modelFile", "algorithmArgs", "testDataset")
                                .forEach(task::remove),
                        "modelFile is missing; it must be a string",
                        "algorithmArgs is missing",
                        "testDataset is missing"),
                wrong(
                        "wrong types",
                        task -> {
                            task.add("algorithmArgs", new JsonArray());
                            task.addProperty("testDataset", 5);
                            task.addProperty("modelType", "clustering");
                        },
                        "algorithmArgs must be an object",
                        "testDataset must be a string, but is a number",
                        "modelType must be one of classification, regression, uplift, but is 'clustering'"),
                wrong("null arguments", task -> task.add("algorithmArgs", null), "algorithmArgs must be an object"),
                wrong(
                        "an unknown mode",
                        task -> task.addProperty("mode", "batch"),
                        "mode must be 'upload', but is 'batch'"),
                wrong(
                        "the mode for models behind an API",
                        task -> task.addProperty("mode", "api"),
                        "mode 'api' (a model behind an API) is not implemented",
                        "submit an uploaded model"),
                wrong(
                        "a path as a file's name",
                        task -> task.addProperty("modelFile", "../../etc/passwd"),
                        "modelFile must be a plain file name"),
                wrong(
                        "a hash that is none",
                        task -> task.addProperty("testDatasetHash", "abc"),
                        "testDatasetHash must be a SHA-256"),
                wrong(
                        "an algorithm that the gateway does not have",
                        task -> {
                            task.addProperty("algorithmCID", "no_such_algorithm");
                            task.add("algorithmHash", null);
                        },
                        "the gateway has no algorithm 'aiverify.test.tiny/no_such_algorithm'"),
                wrong(
                        "a model that the gateway does not have",
                        task -> {
                            task.addProperty("modelFile", "gone.sav");
                            task.add("modelFileHash", null);
                        },
                        "the gateway has no model 'gone.sav'"),
                wrong(
                        "another hash of the algorithm",
                        task -> task.addProperty("algorithmHash", OTHER_HASH),
                        "The algorithm 'aiverify.test.tiny/echoes' has changed",
                        "expects " + OTHER_HASH.substring(0, 12),
                        "submit the test run again"),
                wrong(
                        "another hash of the model",
                        task -> task.addProperty("modelFileHash", OTHER_HASH),
                        "The model 'tiny_model.sav' has changed",
                        "expects " + OTHER_HASH.substring(0, 12)),
                wrong(
                        "another hash of the dataset",
                        task -> task.addProperty("testDatasetHash", OTHER_HASH),
                        "The dataset 'tiny_data.csv' has changed",
                        "expects " + OTHER_HASH.substring(0, 12)));
    }

    private static Arguments wrong(String what, Consumer<JsonObject> change, String... words) {
        return Arguments.of(Named.of(what, change), words);
    }

    @ParameterizedTest
    @MethodSource("wrongTasks")
    void aWrongTaskEndsInAnErrorThatSaysAllThatIsWrong(Consumer<JsonObject> change, String[] words) {
        assertThat(scene.error(scene.startEdited(change))).contains(words);
    }

    @Test
    void fieldsThatTheWorkerDoesNotKnowAreIgnoredAndHashesMayBeNull() {
        String run = scene.startEdited(task -> {
            task.addProperty("priority", 7);
            task.add("later", JsonParser.parseString("{\"a\": [1]}"));
            task.add("algorithmHash", null);
            task.add("modelFileHash", null);
            task.add("testDatasetHash", null);
            task.add("groundTruth", null);
        });

        scene.succeeded(run);
    }

    @Test
    void theModelsTypeMayBeWrittenInCapitals() {
        assertThat(scene.succeeded(scene.startEdited(task -> task.addProperty("modelType", "Classification")))
                        .document()
                        .getAsJsonObject("testArguments")
                        .get("modelType")
                        .getAsString())
                .isEqualTo("classification");
    }
}
