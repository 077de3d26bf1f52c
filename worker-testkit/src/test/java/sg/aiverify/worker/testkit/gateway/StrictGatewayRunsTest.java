package sg.aiverify.worker.testkit.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.task.ModelType;

class StrictGatewayRunsTest {
    @TempDir
    Path directory;

    private GatewayScene scene;

    @BeforeEach
    void open() throws IOException {
        scene = new GatewayScene(directory);
    }

    @AfterEach
    void close() {
        scene.close();
    }

    private RunView view(String runId) {
        return scene.gateway.run(runId).orElseThrow();
    }

    @Test
    void anAddedRunIsPendingAndItsTaskIsLeftToWhoAddedIt() {
        JsonObject task = GatewayScene.parse(scene.gateway.addRun(scene.order()));
        String id = task.get("id").getAsString();

        assertThat(scene.queued).isEmpty();
        assertThat(task.get("modelFile").getAsString()).isEqualTo("model.sav");
        assertThat(view(id).status()).isEqualTo(RunStatus.PENDING);
        scene.gateway.cancelRun(id);
        assertThat(view(id).status()).isEqualTo(RunStatus.CANCELLED);
        assertThatThrownBy(() -> scene.gateway.addRun(scene.order().withArgument("n", "five")))
                .hasMessageContaining("run refused: 400 Invalid algorithm arguments");
    }

    @Test
    void aStartedRunIsPendingAndItsTaskHasEveryField() throws IOException {
        HttpResponse<byte[]> answer = scene.json(
                "POST",
                "/test_runs/run_test",
                scene.order().withArgument("n", 5).toJson().toString());

        JsonObject run = GatewayScene.body(answer).getAsJsonObject();
        assertThat(run.get("status").getAsString()).isEqualTo("pending");
        assertThat(run.get("groundTruth").isJsonNull()).isTrue();
        JsonObject task = GatewayScene.parse(scene.queued.get(0));
        assertThat(task.keySet())
                .containsExactly(
                        "id",
                        "mode",
                        "algorithmGID",
                        "algorithmCID",
                        "algorithmHash",
                        "algorithmArgs",
                        "modelFile",
                        "modelFileHash",
                        "modelType",
                        "testDataset",
                        "testDatasetHash",
                        "groundTruthDataset",
                        "groundTruthDatasetHash",
                        "groundTruth");
        assertThat(task.get("id")).isEqualTo(run.get("id"));
        assertThat(task.get("algorithmArgs").toString()).isEqualTo("{\"n\":5}");
        assertThat(task.get("algorithmHash").getAsString()).isEqualTo(scene.algorithm.hash());
    }

    @Test
    void theGroundTruthsColumnIsDroppedWithoutItsDatasetAndMayBeNullWithIt() {
        scene.gateway.startRun(new RunOrder(
                scene.algorithm.gid(), scene.algorithm.cid(), new JsonObject(), "model.sav", "data.csv", null, "b"));
        scene.gateway.startRun(scene.order().withGroundTruth("data.csv", null));

        assertThat(GatewayScene.parse(scene.queued.get(0)).has("groundTruth")).isFalse();
        assertThat(GatewayScene.parse(scene.queued.get(1)).get("groundTruth").isJsonNull())
                .isTrue();
    }

    @Test
    void hashesCanBeLeftOut() {
        scene.gateway.sendHashes(false);
        scene.gateway.addDataset(directory.resolve("data.csv"));
        scene.startRun();

        assertThat(GatewayScene.parse(scene.queued.get(0))
                        .get("testDatasetHash")
                        .isJsonNull())
                .isTrue();
    }

    @Test
    void theTaskIsQueuedBeforeTheRunIsCommitted() throws IOException {
        AtomicReference<String> queued = new AtomicReference<>();
        AtomicInteger status = new AtomicInteger();
        scene.gateway.beforeCommit(() -> {
            queued.set(GatewayScene.parse(scene.queued.get(0)).get("id").getAsString());
            try {
                status.set(scene.get("/test_runs/" + queued.get()).statusCode());
            } catch (IOException failed) {
                throw new IllegalStateException(failed);
            }
        });

        String id = scene.startRun();

        assertThat(queued).hasValue(id);
        assertThat(status).hasValue(404);
        assertThat(scene.get("/test_runs/" + id).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "algorithmCID, other, 404",
        "modelFilename, other, 404",
        "testDatasetFilename, other, 404",
        "groundTruthDatasetFilename, other, 404",
        "mode, remote, 422"
    })
    void aRunOfSomethingUnknownIsRefused(String field, String value, int status) throws IOException {
        JsonObject order = scene.order().toJson();
        order.addProperty(field, value);

        assertThat(scene.json("POST", "/test_runs/run_test", order.toString()).statusCode())
                .isEqualTo(status);
        assertThat(scene.queued).isEmpty();
    }

    @Test
    void argumentsThatDoNotFitTheSchemaAreRefused() {
        assertThatThrownBy(() -> scene.gateway.startRun(scene.order().withArgument("n", "five")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Invalid algorithm arguments");
    }

    @Test
    void aRunWithoutAQueueIsRefused() {
        try (StrictGateway alone = StrictGateway.start(new TaskSink() {
            @Override
            public String add(String taskJson) {
                throw new IllegalStateException("away");
            }

            @Override
            public void delete(String id) {}
        })) {
            alone.addAlgorithm(scene.folder);
            alone.addModel(directory.resolve("model.sav"), ModelType.UPLIFT);
            alone.addDataset(directory.resolve("data.csv"));

            assertThatThrownBy(() -> alone.startRun(scene.order())).hasMessageContaining("Task queue not active");
            assertThat(alone.runs()).isEmpty();
        }
    }

    @Test
    void progressIsStoredAndZeroIgnored() throws IOException {
        String id = scene.startRun();

        assertThat(scene.patch(id, "{\"progress\": 40}").statusCode()).isEqualTo(200);
        assertThat(scene.patch(id, "{\"progress\": 0}").statusCode()).isEqualTo(200);

        assertThat(view(id).progress()).isEqualTo(40);
    }

    @Test
    void anErrorEndsTheRunAndShowsItsMessage() throws IOException {
        String id = scene.startRun();

        scene.patch(id, "{\"status\": \"error\", \"errorMessages\": \"it broke\"}");

        JsonObject run = GatewayScene.body(scene.get("/test_runs/" + id)).getAsJsonObject();
        assertThat(run.get("status").getAsString()).isEqualTo("error");
        assertThat(run.get("errorMessages").getAsString()).isEqualTo("it broke");
        assertThat(view(id).ends()).containsExactly(RunStatus.ERROR);
        assertThat(scene.breaches()).isEmpty();
    }

    @Test
    void anEmptyOrUnknownChangeIsAccepted() throws IOException {
        String id = scene.startRun();

        assertThat(scene.patch(id, "{}").statusCode()).isEqualTo(200);
        assertThat(scene.patch(id, "{\"colour\": 1}").statusCode()).isEqualTo(200);
        assertThat(scene.breaches()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"progress\": 101}",
                "{\"progress\": -1}",
                "{\"progress\": 50.0}",
                "{\"progress\": \"50\"}",
                "{\"progress\": true}",
                "{\"errorMessages\": 5}",
                "{\"status\": \"running\"}",
                "[]",
                "{'progress': 5}",
                ""
            })
    void changesOfTheWrongTypeAreUnprocessable(String change) throws IOException {
        String id = scene.startRun();

        assertThat(scene.patch(id, change).statusCode()).isEqualTo(422);
        assertThat(scene.breaches()).containsExactly(Breach.Kind.MALFORMED_PATCH);
    }

    @Test
    void progressThatIsNotANumberCrashesTheGateway() throws IOException {
        HttpResponse<byte[]> answer = scene.patch(scene.startRun(), "{\"progress\": NaN}");

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(GatewayScene.text(answer)).isEqualTo("Internal Server Error");
    }

    @Test
    void aChangeNeedsAJsonContentType() throws IOException {
        String id = scene.startRun();

        assertThat(scene.send(scene.at("/test_runs/" + id)
                                .header("Content-Type", "text/plain")
                                .method("PATCH", BodyPublishers.ofString("{\"progress\": 5}")))
                        .statusCode())
                .isEqualTo(422);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PATCH", "DELETE"})
    void anUnknownRunIsNotFoundAndAnIdThatIsNoUuidCrashes(String method) throws IOException {
        assertThat(scene.json(method, "/test_runs/" + UUID.randomUUID(), "{}").statusCode())
                .isEqualTo(404);
        assertThat(scene.json(method, "/test_runs/abc", "{}").statusCode()).isEqualTo(500);
    }

    @Test
    void anIdIsFoundInUpperCaseWithoutHyphensAndInBraces() throws IOException {
        String id = scene.startRun();

        assertThat(scene.get("/test_runs/" + id.toUpperCase(Locale.ROOT)).statusCode())
                .isEqualTo(200);
        assertThat(scene.get("/test_runs/" + id.replace("-", "")).statusCode()).isEqualTo(200);
        assertThat(scene.get("/test_runs/%7B" + id + "%7D").statusCode()).isEqualTo(200);
    }

    @Test
    void aCancelDeletesTheEntryAndThenEveryChangeIsRefused() throws IOException {
        String id = scene.startRun();

        assertThat(scene.json("POST", "/test_runs/" + id + "/cancel", "").statusCode())
                .isEqualTo(200);

        assertThat(scene.deleted).containsExactly("1-0");
        HttpResponse<byte[]> refused = scene.patch(id, "{}");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(GatewayScene.detail(refused)).isEqualTo("Test run status is not pending");
        assertThat(scene.json("POST", "/test_runs/" + id + "/cancel", "").statusCode())
                .isEqualTo(400);
    }

    @Test
    void aPendingRunCannotBeDeletedAndAnEndedOneCan() throws IOException {
        String id = scene.startRun();

        assertThat(scene.json("DELETE", "/test_runs/" + id, "").statusCode()).isEqualTo(400);
        scene.gateway.cancelRun(id);
        assertThat(scene.json("DELETE", "/test_runs/" + id, "").statusCode()).isEqualTo(204);
        assertThat(scene.gateway.run(id)).isEmpty();
    }

    @Test
    void aRunWhoseDatasetIsGoneCannotBeShownButRefusesAChangeOnceItHasEnded() throws IOException {
        String id = scene.startRun();
        scene.gateway.removeDataset("data.csv");

        assertThat(scene.get("/test_runs/" + id).statusCode()).isEqualTo(500);
        assertThat(scene.get("/test_runs/").statusCode()).isEqualTo(500);
        assertThat(scene.patch(id, "{}").statusCode()).isEqualTo(500);
        assertThat(scene.patch(id, "{\"status\": \"error\"}").statusCode()).isEqualTo(500);
        assertThat(view(id).status()).isEqualTo(RunStatus.ERROR);
        assertThat(scene.patch(id, "{}").statusCode()).isEqualTo(400);
    }

    @Test
    void awaitingAnEndThatDoesNotComeFailsWithTheRunsState() {
        String id = scene.startRun();

        assertThatThrownBy(() -> scene.gateway.awaitEnd(id, Duration.ofMillis(20)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(id)
                .hasMessageContaining("PENDING");
    }

    @Test
    void textInTasksIsAsciiAndNumbersKeepTheirForm() throws IOException {
        JsonObject order = scene.order().toJson();
        String body = order.toString().replace("\"algorithmArgs\":{}", "\"algorithmArgs\":{\"x\":1.0,\"y\":\"ü\"}");

        scene.json("POST", "/test_runs/run_test", body);

        assertThat(scene.queued.get(0)).contains("\"algorithmArgs\": {\"x\": 1.0, \"y\": \"\\u00fc\"}");
    }
}
