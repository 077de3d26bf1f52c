package sg.aiverify.worker.testkit.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StrictGatewayBreachesTest {
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

    @Test
    void anOrderlyRunHasNone() throws IOException {
        scene.get("/test_runs/" + id);
        scene.patch(id, "{\"progress\": 10}");
        scene.patch(id, "{\"progress\": 10}");
        scene.patch(id, "{\"progress\": 90}");
        scene.uploadResult(GatewayScene.result(id));

        assertThat(scene.gateway.breaches()).isEmpty();
    }

    @Test
    void successByPatch() throws IOException {
        scene.patch(id, "{\"status\": \"success\"}");

        assertThat(scene.breaches()).containsExactly(Breach.Kind.SUCCESS_BY_PATCH);
    }

    @Test
    void aSecondEnd() throws IOException {
        scene.patch(id, "{\"status\": \"error\", \"errorMessages\": \"first\"}");
        scene.patch(id, "{\"status\": \"error\", \"errorMessages\": \"second\"}");

        assertThat(scene.breaches()).containsExactly(Breach.Kind.SECOND_END);
    }

    @Test
    void anEndRepeatedBecauseItsAnswerWasLostIsNoSecondOne() throws IOException {
        scene.gateway.inject(Fault.loseResponse().on("PATCH", ".*"));
        assertThatThrownBy(() -> scene.patch(id, "{\"status\": \"error\"}")).isInstanceOf(IOException.class);

        assertThat(scene.patch(id, "{\"status\": \"error\"}").statusCode()).isEqualTo(400);
        assertThat(scene.breaches()).isEmpty();
    }

    @Test
    void progressThatGoesDown() throws IOException {
        scene.patch(id, "{\"progress\": 50}");
        scene.patch(id, "{\"progress\": 49}");

        assertThat(scene.breaches()).containsExactly(Breach.Kind.PROGRESS_WENT_DOWN);
        assertThat(scene.gateway.run(id).orElseThrow().progressHistory()).containsExactly(50, 49);
    }

    @Test
    void theFirstChangeAfterACancelIsARaceAndTheSecondABreach() throws IOException {
        scene.gateway.cancelRun(id);

        scene.patch(id, "{\"progress\": 50}");
        assertThat(scene.breaches()).isEmpty();
        scene.patch(id, "{\"progress\": 60}");
        assertThat(scene.breaches()).containsExactly(Breach.Kind.PATCH_AFTER_REFUSAL);
    }

    @Test
    void askingByAnEmptyChangeIsNeverABreach() throws IOException {
        scene.gateway.cancelRun(id);
        scene.patch(id, "{\"progress\": 50}");

        scene.patch(id, "{}");
        scene.patch(id, "{}");

        assertThat(scene.breaches()).isEmpty();
    }

    @Test
    void aChangeOfSomethingThatIsNoRun() throws IOException {
        scene.patch("abc", "{\"progress\": 5}");

        assertThat(scene.breaches()).containsExactly(Breach.Kind.MALFORMED_PATCH);
    }

    @ParameterizedTest
    @CsvSource({
        "modelFile, other.sav",
        "testDataset, other.csv",
        "groundTruthDataset, other.csv",
        "groundTruth, other",
        "modelType, regression"
    })
    void theResultOfAnotherRun(String field, String value) throws IOException {
        JsonObject result = GatewayScene.result(id);
        result.getAsJsonObject("testArguments").addProperty(field, value);

        scene.uploadResult(result);

        List<Breach> breaches = scene.gateway.breaches();
        assertThat(breaches).anySatisfy(breach -> {
            assertThat(breach.kind()).isEqualTo(Breach.Kind.RESULT_OF_ANOTHER_RUN);
            assertThat(breach.runId()).isEqualTo(id);
            assertThat(breach.detail()).contains(field);
        });
    }

    @Test
    void argumentsMayGainDefaultsAndDatasetsPathsButNotChange() throws IOException {
        String other =
                scene.gateway.startRun(scene.order().withArgument("n", 1).withArgument("data", "_dataset_:data.csv"));
        JsonObject result = GatewayScene.result(other);
        JsonObject arguments = GatewayScene.parse("{\"n\": 1, \"data\": \"/cache/data.csv\", \"seed\": 0}");
        result.getAsJsonObject("testArguments").add("algorithmArgs", arguments);
        scene.uploadResult(result);
        assertThat(scene.breaches()).isEmpty();

        arguments.addProperty("n", 2);
        scene.uploadResult(result);
        assertThat(scene.breaches()).contains(Breach.Kind.RESULT_OF_ANOTHER_RUN);
    }
}
