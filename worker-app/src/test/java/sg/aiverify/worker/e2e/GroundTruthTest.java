package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.testkit.gateway.RegisteredAlgorithm;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.gateway.StoredResult;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;
import sg.aiverify.worker.testkit.samples.SampleAlgorithm;
import sg.aiverify.worker.testkit.samples.SampleCase;
import sg.aiverify.worker.testkit.samples.SampleData;

/** Real algorithms on trained models: with ground truth, without it, and with a wrong one. */
class GroundTruthTest {
    @TempDir
    private static Path directory;

    private static Scene scene;
    private static SampleData data;
    private static RegisteredAlgorithm metrics;

    @BeforeAll
    static void open() throws InterruptedException {
        data = SampleData.make(EngineInterpreter.get().executable(), directory.resolve("samples"));
        scene = Scene.open(directory, Map.of());
        metrics = sample(SampleAlgorithm.PERFORMANCE_METRICS);
    }

    @AfterAll
    static void close() {
        if (scene != null) {
            scene.close();
        }
    }

    @AfterEach
    void nothingIsLeft() {
        scene.assertClean();
    }

    private static RegisteredAlgorithm sample(SampleAlgorithm algorithm) {
        return scene.gateway.addAlgorithm(algorithm.extract(directory.resolve("algorithms")));
    }

    private static RunOrder withoutTruth(RegisteredAlgorithm algorithm, SampleCase on) {
        return RunOrder.of(
                algorithm, scene.gateway.addModel(on.model(), on.modelType()), scene.gateway.addDataset(on.dataset()));
    }

    private static RunOrder order(RegisteredAlgorithm algorithm, SampleCase on) {
        return withoutTruth(algorithm, on)
                .withGroundTruth(scene.gateway.addDataset(on.groundTruthDataset()), on.groundTruth());
    }

    @Test
    void anAlgorithmThatNeedsAGroundTruthSaysSoWhereThereIsNone() {
        assertThat(scene.error(withoutTruth(metrics, data.wine())))
                .contains("Missing groundTruthDataset", "needs a ground truth");
    }

    @Test
    void aGroundTruthDatasetWithoutAColumnEndsTheRun() {
        RunOrder order = order(metrics, data.wine());

        assertThat(scene.error(order.withGroundTruth(order.groundTruthDataset(), null)))
                .contains("groundTruth is missing; it must be the column");
    }

    @Test
    void aColumnThatIsNotThereEndsTheRunAndThoseThatAreAreNamed() {
        RunOrder order = order(metrics, data.wine());

        assertThat(scene.error(order.withGroundTruth(order.groundTruthDataset(), "no_such_column")))
                .contains(
                        "no column 'no_such_column'",
                        "its columns are: ",
                        data.wine().groundTruth());
    }

    @Test
    void anAlgorithmThatNeedsNoGroundTruthIsStoredWithoutOne() {
        RunOrder order = withoutTruth(sample(SampleAlgorithm.DATA_QUALITY), data.wine());

        StoredResult result = scene.succeeded(order);

        JsonObject arguments = result.document().getAsJsonObject("testArguments");
        assertThat(arguments.get("groundTruthDataset").getAsString()).endsWith(order.dataset());
        assertThat(arguments.get("groundTruth").getAsString()).isEmpty();
        assertThat(result.output().getAsJsonObject().get("rows").getAsInt()).isPositive();
    }

    @Test
    void upliftIsRefusedBeforeAnythingIsDownloaded() {
        RegisteredAlgorithm algorithm = scene.algorithm(MisbehavingAlgorithm.LOOKS_AROUND);
        RunOrder order = RunOrder.of(
                algorithm, scene.gateway.addModel(data.breastCancer().model(), ModelType.UPLIFT), scene.dataset);

        assertThat(scene.error(order)).contains("The gateway cannot store results of models of the type 'uplift'");

        assertThat(scene.gateway.requests()).noneMatch(request -> request.path().contains(algorithm.cid()));
    }

    @Test
    void aClassifierInAFileIsMeasured() {
        assertAccurate(scene.succeeded(order(metrics, data.wine())));
    }

    @Test
    void aPipelineInAFolderIsMeasuredWithAGroundTruthOfItsOwn() {
        assertAccurate(scene.succeeded(order(metrics, data.breastCancerPipeline())));
    }

    private static void assertAccurate(StoredResult result) {
        assertThat(result.output()
                        .getAsJsonObject()
                        .getAsJsonObject("metrics")
                        .get("accuracy")
                        .getAsDouble())
                .isBetween(0.8, 1.0);
        assertThat(result.document()
                        .getAsJsonObject("testArguments")
                        .get("modelType")
                        .getAsString())
                .isEqualTo("classification");
    }

    @Test
    void aRegressionIsMeasured() {
        JsonObject found = scene.succeeded(order(metrics, data.diabetes()))
                .output()
                .getAsJsonObject()
                .getAsJsonObject("metrics");

        assertThat(found.keySet()).isNotEmpty();
    }
}
