package sg.aiverify.worker.testkit.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.gateway.RunStatus;

class StrictGatewayUploadTest {
    @TempDir
    Path directory;

    private GatewayScene scene;
    private String id = "";

    @BeforeEach
    void open() throws IOException {
        scene = new GatewayScene(directory);
        id = scene.startRun();
    }

    @AfterEach
    void close() {
        scene.close();
    }

    private RunView view() {
        return scene.gateway.run(id).orElseThrow();
    }

    private static JsonObject arguments(JsonObject result) {
        return result.getAsJsonObject("testArguments");
    }

    @Test
    void aResultEndsItsRunAndIsLinkedToIt() throws IOException {
        HttpResponse<byte[]> answer = scene.uploadResult(GatewayScene.result(id));

        assertThat(GatewayScene.text(answer)).isEqualTo("[\"/test_results/1\"]");
        assertThat(view().status()).isEqualTo(RunStatus.SUCCESS);
        assertThat(view().progress()).isEqualTo(100);
        JsonObject run = GatewayScene.body(scene.get("/test_runs/" + id)).getAsJsonObject();
        assertThat(run.getAsJsonObject("testResult").get("id").getAsInt()).isEqualTo(1);
        assertThat(scene.gateway.uploads(id))
                .singleElement()
                .extracting(SeenUpload::before)
                .isEqualTo(RunStatus.PENDING);
        assertThat(scene.breaches()).isEmpty();
    }

    @Test
    void theListOfResultsGivesTheOutputAsJsonTextInJsonText() throws IOException {
        scene.uploadResult(GatewayScene.result(id));

        JsonArray all = GatewayScene.body(scene.get("/test_results/")).getAsJsonArray();

        String once = all.get(0).getAsJsonObject().get("output").getAsString();
        String twice = JsonParser.parseString(once).getAsString();
        assertThat(JsonParser.parseString(twice)).isEqualTo(GatewayScene.parse("{\"message\": \"done\"}"));
    }

    @Test
    void listedArtifactsAreKeptAndOthersDropped() throws IOException {
        JsonObject result = GatewayScene.result(id);
        result.add("artifacts", JsonParser.parseString("[\"plots/a.png\"]"));

        HttpResponse<byte[]> answer = scene.uploadZip(GatewayScene.files(
                "results.json", result.toString(), "plots/a.png", "image", "plots/b.png", "dropped"));

        assertThat(GatewayScene.text(answer))
                .isEqualTo("[\"/test_results/1\", \"/test_results/1/artifacts/plots/a.png\"]");
        HttpResponse<byte[]> artifact = scene.get("/test_results/1/artifacts/plots/a.png");
        assertThat(GatewayScene.text(artifact)).isEqualTo("image");
        assertThat(artifact.headers().firstValue("content-type")).hasValue("image/png");
        assertThat(scene.get("/test_results/1/artifacts/plots/b.png").statusCode())
                .isEqualTo(400);
        assertThat(scene.breaches()).isEmpty();
    }

    @Test
    void aListedArtifactThatIsAbsentIsSkipped() throws IOException {
        JsonObject result = GatewayScene.result(id);
        result.add("artifacts", JsonParser.parseString("[\"none.png\"]"));

        assertThat(scene.uploadResult(result).statusCode()).isEqualTo(200);
        assertThat(scene.breaches()).containsExactly(Breach.Kind.MISSING_ARTIFACT);
    }

    @Test
    void aListedArtifactWithAnIllegalNameIsRefusedAndTheRunStaysPending() throws IOException {
        JsonObject result = GatewayScene.result(id);
        result.add("artifacts", JsonParser.parseString("[\"a b.png\"]"));

        HttpResponse<byte[]> answer =
                scene.uploadZip(GatewayScene.files("results.json", result.toString(), "a b.png", "image"));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(view().status()).isEqualTo(RunStatus.PENDING);
    }

    @ParameterizedTest
    @ValueSource(strings = {"one/results.json", "one/myresults.json"})
    void resultsAreFoundInFoldersOfTheRootByTheEndingOfTheirName(String name) throws IOException {
        JsonObject result = GatewayScene.result(id);
        result.add("artifacts", JsonParser.parseString("[\"a.png\"]"));

        HttpResponse<byte[]> answer =
                scene.uploadZip(GatewayScene.files(name, result.toString(), "one/a.png", "image"));

        assertThat(GatewayScene.text(answer)).contains("/test_results/1/artifacts/a.png");
    }

    @ParameterizedTest
    @ValueSource(strings = {"one/two/results.json", "myresults.json", "results.txt"})
    void resultsElsewhereAreNotFound(String name) throws IOException {
        HttpResponse<byte[]> answer =
                scene.uploadZip(Map.of(name, GatewayScene.result(id).toString()));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(GatewayScene.detail(answer)).startsWith("results.json not found");
    }

    @Test
    void everyResultOfAListIsStored() throws IOException {
        String other = scene.startRun();
        JsonArray list = new JsonArray();
        list.add(GatewayScene.result(id));
        list.add(GatewayScene.result(other));

        scene.uploadZip(Map.of("results.json", list.toString()));

        assertThat(scene.gateway.results()).hasSize(2);
        assertThat(scene.breaches()).containsExactly(Breach.Kind.SEVERAL_RESULTS);
    }

    @Test
    void whatIsNoZipOrNotNamedSoOrNotInTheRightFieldIsRefused() throws IOException {
        byte[] zip =
                GatewayScene.zip(Map.of("results.json", GatewayScene.result(id).toString()));
        String path = "/test_results/upload_zip";

        assertThat(scene.upload(path, "file", "output.zip", new byte[] {1, 2, 3})
                        .statusCode())
                .isEqualTo(400);
        assertThat(scene.upload(path, "file", "output.tar", zip).statusCode()).isEqualTo(400);
        assertThat(scene.upload(path, "archive", "output.zip", zip).statusCode())
                .isEqualTo(422);
        assertThat(scene.upload(path, "file", "", zip).statusCode()).isEqualTo(422);
        assertThat(scene.json("POST", path, "{}").statusCode()).isEqualTo(422);
        assertThat(scene.uploadZip(Map.of("results.json", "{broken")).statusCode())
                .isEqualTo(400);
        assertThat(scene.uploadZip(Map.of("results.json", "5")).statusCode()).isEqualTo(422);
        assertThat(view().status()).isEqualTo(RunStatus.PENDING);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gid", "cid", "startTime", "timeTaken", "testArguments", "output"})
    void aResultWithoutARequiredFieldCrashesTheGateway(String field) throws IOException {
        JsonObject result = GatewayScene.result(id);
        result.remove(field);

        assertThat(scene.uploadResult(result).statusCode()).isEqualTo(500);
        assertThat(scene.breaches()).containsExactly(Breach.Kind.INVALID_RESULT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"testDataset", "mode", "modelType", "algorithmArgs", "modelFile"})
    void aResultWithoutARequiredArgumentCrashesTheGateway(String field) throws IOException {
        JsonObject result = GatewayScene.result(id);
        arguments(result).remove(field);

        assertThat(scene.uploadResult(result).statusCode()).isEqualTo(500);
    }

    @ParameterizedTest
    @ValueSource(strings = {"uplift", "CLASSIFICATION", "Regression"})
    void modelTypesAreTwoInLowerCase(String type) throws IOException {
        JsonObject result = GatewayScene.result(id);
        arguments(result).addProperty("modelType", type);

        assertThat(scene.uploadResult(result).statusCode()).isEqualTo(500);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-21T08:00:00Z, 200",
        "2026-11-21 08:00, 200",
        "1763712000, 200",
        "yesterday, 500",
        "2026-13-01 08:00:00, 500"
    })
    void startTimesAreIsoOrDigits(String time, int status) throws IOException {
        JsonObject result = GatewayScene.result(id);
        result.addProperty("startTime", time);

        assertThat(scene.uploadResult(result).statusCode()).isEqualTo(status);
    }

    @Test
    void outputAndArgumentsMayBeJsonTextAndAnEmptyRunIdIsNone() throws IOException {
        JsonObject result = GatewayScene.result("");
        result.addProperty("output", "{\"message\": \"text\"}");
        arguments(result).addProperty("algorithmArgs", "{\"n\": 1}");

        assertThat(scene.uploadResult(result).statusCode()).isEqualTo(200);
        assertThat(scene.gateway.results().get(0).output()).isEqualTo(GatewayScene.parse("{\"message\": \"text\"}"));
        assertThat(scene.breaches()).containsExactly(Breach.Kind.RESULT_WITHOUT_RUN);
    }

    @Test
    void anOutputThatIsNoObjectCrashesTheGateway() throws IOException {
        JsonObject result = GatewayScene.result(id);
        result.add("output", new JsonArray());

        assertThat(scene.uploadResult(result).statusCode()).isEqualTo(500);
    }

    @Test
    void anOutputThatDoesNotFitTheAlgorithmsSchemaIsUnprocessable() throws IOException {
        JsonObject result = GatewayScene.result(id);
        result.add("output", GatewayScene.parse("{\"message\": 5}"));

        HttpResponse<byte[]> answer = scene.uploadResult(result);

        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(GatewayScene.detail(answer)).isEqualTo("Test result output is invalid");
        assertThat(view().status()).isEqualTo(RunStatus.PENDING);
    }

    @Test
    void nanInTheOutputIsAccepted() throws IOException {
        String result = GatewayScene.result(id).toString().replace("\"done\"", "\"done\",\"value\":NaN");

        assertThat(scene.uploadZip(Map.of("results.json", result)).statusCode()).isEqualTo(200);
        assertThat(GatewayScene.text(scene.get("/test_results/"))).contains("NaN");
    }

    @ParameterizedTest
    @CsvSource({"gid, unknown", "cid, unknown", "testRunId, no-uuid"})
    void unknownAlgorithmsAndMalformedRunIdsAreRefused(String field, String value) throws IOException {
        JsonObject result = GatewayScene.result(id);
        result.addProperty(field, value);

        assertThat(scene.uploadResult(result).statusCode()).isEqualTo(400);
    }

    @Test
    void aGroundTruthWithoutItsColumnIsRefused() throws IOException {
        JsonObject result = GatewayScene.result(id);
        arguments(result).add("groundTruth", JsonNull.INSTANCE);

        assertThat(GatewayScene.detail(scene.uploadResult(result))).isEqualTo("Missing groundTruth");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"\""})
    void aResultWithoutAGroundTruthDatasetCannotBeStored(String dataset) throws IOException {
        JsonObject result = GatewayScene.result(id);
        arguments(result).add("groundTruthDataset", JsonParser.parseString(dataset));

        assertThat(scene.uploadResult(result).statusCode()).isEqualTo(400);
    }

    @Test
    void theTestDatasetWithAnEmptyColumnStandsForNoGroundTruth() throws IOException {
        String plain = scene.gateway.startRun(RunOrder.of(scene.algorithm, "model.sav", "data.csv"));
        JsonObject result = GatewayScene.result(plain);
        arguments(result).addProperty("groundTruth", "");

        assertThat(scene.uploadResult(result).statusCode()).isEqualTo(200);
        assertThat(scene.breaches()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"modelFile", "testDataset", "groundTruthDataset"})
    void anUnknownFileCreatesAGhostRow(String field) throws IOException {
        JsonObject result = GatewayScene.result(id);
        arguments(result).addProperty(field, "/some/where/None");

        assertThat(scene.uploadResult(result).statusCode()).isEqualTo(200);
        String path = field.equals("modelFile") ? "/test_models/" : "/test_datasets/";
        assertThat(GatewayScene.text(scene.get(path))).contains("\"filename\": \"None\"");
        assertThat(scene.breaches()).contains(Breach.Kind.GHOST_ROW);
    }

    @Test
    void aGhostWithoutANameBreaksTheListItIsIn() throws IOException {
        JsonObject result = GatewayScene.result(id);
        arguments(result).addProperty("modelFile", "");

        assertThat(scene.uploadResult(result).statusCode()).isEqualTo(200);
        assertThat(scene.get("/test_models/").statusCode()).isEqualTo(500);
        assertThat(scene.get("/test_datasets/").statusCode()).isEqualTo(200);
    }

    @Test
    void aCancelledRunBecomesASuccess() throws IOException {
        scene.gateway.cancelRun(id);

        assertThat(scene.uploadResult(GatewayScene.result(id)).statusCode()).isEqualTo(200);
        assertThat(view().ends()).containsExactly(RunStatus.CANCELLED, RunStatus.SUCCESS);
        assertThat(scene.breaches()).containsExactly(Breach.Kind.UPLOAD_FOR_ENDED_RUN);
    }

    @Test
    void aFailedRunBecomesASuccess() throws IOException {
        scene.patch(id, "{\"status\": \"error\"}");
        scene.uploadResult(GatewayScene.result(id));

        assertThat(view().status()).isEqualTo(RunStatus.SUCCESS);
    }

    @Test
    void aSecondUploadIsASecondResult() throws IOException {
        scene.uploadResult(GatewayScene.result(id));
        scene.uploadResult(GatewayScene.result(id));

        assertThat(scene.gateway.results()).hasSize(2);
        assertThat(view().result()).isEqualTo(scene.gateway.results().get(1));
        assertThat(scene.breaches()).containsExactly(Breach.Kind.UPLOAD_FOR_ENDED_RUN, Breach.Kind.SECOND_UPLOAD);
    }

    @Test
    void aResultOfAnUnknownRunIsAStray() throws IOException {
        assertThat(scene.uploadResult(GatewayScene.result("00000000-0000-4000-8000-000000000000"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(scene.gateway.results()).hasSize(1);
        assertThat(scene.breaches()).containsExactly(Breach.Kind.RESULT_FOR_UNKNOWN_RUN);
    }

    @Test
    void theOtherUploadTakesTheResultAsTextAndFilesBesideIt() throws IOException {
        byte[] result = GatewayScene.result(id).toString().getBytes(StandardCharsets.UTF_8);

        HttpResponse<byte[]> answer = scene.upload("/test_results/upload", "test_result", "", result);

        assertThat(GatewayScene.text(answer)).isEqualTo("[\"/test_results/1\"]");
        assertThat(view().status()).isEqualTo(RunStatus.SUCCESS);
    }

    @Test
    void theOtherUploadCallsAWrongFormUnprocessableAndALongTextBad() throws IOException {
        JsonObject result = GatewayScene.result(id);
        result.remove("gid");
        byte[] wrong = result.toString().getBytes(StandardCharsets.UTF_8);
        byte[] huge = new byte[20 * 1024 * 1024 + 1];
        String path = "/test_results/upload";

        assertThat(scene.upload(path, "test_result", "", wrong).statusCode()).isEqualTo(422);
        assertThat(scene.upload(path, "test_result", "", huge).statusCode()).isEqualTo(400);
        assertThat(scene.upload(path, "other", "", wrong).statusCode()).isEqualTo(400);
    }

    @Test
    void resultsAreShownByTheirNumber() throws IOException {
        scene.uploadResult(GatewayScene.result(id));

        assertThat(scene.get("/test_results/1").statusCode()).isEqualTo(200);
        assertThat(scene.get("/test_results/2").statusCode()).isEqualTo(404);
        assertThat(scene.get("/test_results/x").statusCode()).isEqualTo(422);
    }
}
