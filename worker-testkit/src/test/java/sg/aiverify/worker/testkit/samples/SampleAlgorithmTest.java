package sg.aiverify.worker.testkit.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sg.aiverify.worker.testkit.gateway.RegisteredAlgorithm;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.gateway.StrictGateway;
import sg.aiverify.worker.testkit.gateway.TaskSink;
import sg.aiverify.worker.testkit.python.EngineInterpreter;

@Tag("slow")
class SampleAlgorithmTest {
    @TempDir
    static Path shared;

    private static SampleData data;

    @TempDir
    Path directory;

    @BeforeAll
    static void makeData() throws InterruptedException {
        data = SampleData.make(EngineInterpreter.get().executable(), shared.resolve("data"));
    }

    private static TaskSink nowhere() {
        return new TaskSink() {
            @Override
            public String add(String taskJson) {
                return "1-0";
            }

            @Override
            public void delete(String id) {}
        };
    }

    @ParameterizedTest
    @EnumSource
    void everyFileOfASampleIsExtracted(SampleAlgorithm sample) throws IOException, URISyntaxException {
        Path resources = Path.of(Objects.requireNonNull(SampleAlgorithm.class.getResource(sample.cid()))
                .toURI());

        Path folder = sample.extract(directory);

        assertThat(filesOf(folder)).isEqualTo(filesOf(resources));
    }

    private static List<String> filesOf(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .filter(name -> !name.contains("__pycache__"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theGatewayTakesASampleUnderItsIds(SampleAlgorithm sample) {
        try (StrictGateway gateway = StrictGateway.start(nowhere())) {
            RegisteredAlgorithm algorithm = gateway.addAlgorithm(sample.extract(directory));

            assertThat(algorithm.gid()).isEqualTo(sample.gid());
            assertThat(algorithm.cid()).isEqualTo(sample.cid());
        }
    }

    @Test
    void theGatewayTakesAllDataAndStartsARun() {
        try (StrictGateway gateway = StrictGateway.start(nowhere())) {
            RegisteredAlgorithm algorithm =
                    gateway.addAlgorithm(SampleAlgorithm.PERFORMANCE_METRICS.extract(directory));
            for (SampleCase inputs : data.cases()) {
                String model = gateway.addModel(inputs.model(), inputs.modelType());
                String dataset = gateway.addDataset(inputs.dataset());
                String truth = gateway.addDataset(inputs.groundTruthDataset());

                gateway.startRun(RunOrder.of(algorithm, model, dataset).withGroundTruth(truth, inputs.groundTruth()));
            }
            assertThat(gateway.runs()).hasSize(5);
        }
    }

    @Test
    void makingDataAgainKeepsWhatIsThere() throws IOException, InterruptedException {
        var before = Files.getLastModifiedTime(data.messy());

        SampleData again = SampleData.make(EngineInterpreter.get().executable(), data.directory());

        assertThat(again).isEqualTo(data);
        assertThat(Files.getLastModifiedTime(data.messy())).isEqualTo(before);
    }

    private JsonObject run(SampleAlgorithm sample, SampleCase inputs, String arguments)
            throws IOException, InterruptedException {
        return EngineRun.of(sample.extract(directory), inputs, true, arguments).output();
    }

    @Test
    void metricsOfAClassifierAgreeWithItsConfusionMatrix() throws IOException, InterruptedException {
        JsonObject output = run(SampleAlgorithm.PERFORMANCE_METRICS, data.breastCancer(), "{}");

        var counts = output.getAsJsonObject("confusion_matrix").getAsJsonArray("counts");
        int right = counts.get(0).getAsJsonArray().get(0).getAsInt()
                + counts.get(1).getAsJsonArray().get(1).getAsInt();
        JsonObject metrics = output.getAsJsonObject("metrics");
        assertThat(output.get("samples").getAsInt()).isEqualTo(190);
        assertThat(metrics.get("accuracy").getAsDouble()).isCloseTo(right / 190.0, within(1e-9));
        assertThat(metrics.get("accuracy").getAsDouble()).isGreaterThan(0.9);
        assertThat(metrics.keySet()).contains("log_loss", "roc_auc", "calibration_error");
    }

    @Test
    void aPipelineSeesTransformedData() throws IOException, InterruptedException {
        JsonObject output = run(SampleAlgorithm.PERFORMANCE_METRICS, data.breastCancerPipeline(), "{}");

        assertThat(output.getAsJsonObject("metrics").get("accuracy").getAsDouble())
                .isGreaterThan(0.9);
    }

    @Test
    void threeClassesFromCsvAreMeasured() throws IOException, InterruptedException {
        JsonObject output = run(SampleAlgorithm.PERFORMANCE_METRICS, data.wine(), "{\"average\": \"weighted\"}");

        assertThat(output.getAsJsonObject("confusion_matrix").getAsJsonArray("labels"))
                .hasSize(3);
    }

    @Test
    void aRegressorIsMeasuredByItsErrors() throws IOException, InterruptedException {
        JsonObject metrics =
                run(SampleAlgorithm.PERFORMANCE_METRICS, data.diabetes(), "{}").getAsJsonObject("metrics");

        assertThat(metrics.get("r2").getAsDouble()).isBetween(0.3, 0.8);
        assertThat(metrics.get("max_error").getAsDouble())
                .isGreaterThan(metrics.get("root_mean_squared_error").getAsDouble());
    }

    @Test
    void importanceComesWithAChartAndProgressForEachFeature() throws IOException, InterruptedException {
        Path folder = SampleAlgorithm.PERMUTATION_IMPORTANCE.extract(directory);

        EngineRun run = EngineRun.of(folder, data.diabetes(), true, "{\"seed\": 1}");

        assertThat(run.output().getAsJsonArray("features")).hasSize(10);
        assertThat(run.progress()).hasSize(10).isSorted().endsWith(100);
        assertThat(Files.readAllBytes(folder.resolve("output/permutation_importance.png")))
                .startsWith(0x89, 'P', 'N', 'G');
    }

    @Test
    void groupsAreNamedByTheDatasetOfLabels() throws IOException, InterruptedException {
        String arguments = "{\"sensitive_feature\": \"sex\", \"group_labels\": \"%s\"}".formatted(data.groupLabels());

        JsonObject output = run(SampleAlgorithm.SUBGROUP_FAIRNESS, data.diabetesRisk(), arguments);

        var groups = output.getAsJsonArray("groups");
        double first = groups.get(0).getAsJsonObject().get("selection_rate").getAsDouble();
        double second = groups.get(1).getAsJsonObject().get("selection_rate").getAsDouble();
        assertThat(groups.get(0).getAsJsonObject().get("group").getAsString()).isEqualTo("first sex");
        assertThat(output.getAsJsonObject("gaps").get("demographic_parity").getAsDouble())
                .isCloseTo(Math.abs(first - second), within(1e-9));
    }

    @Test
    void anUnknownSensitiveFeatureIsRefusedWithTheColumnsThereAre() throws IOException, InterruptedException {
        EngineRun run = EngineRun.of(
                SampleAlgorithm.SUBGROUP_FAIRNESS.extract(directory),
                data.diabetesRisk(),
                true,
                "{\"sensitive_feature\": \"species\"}");

        assertThat(run.exit()).isNotZero();
        assertThat(run.text()).contains("no column 'species'").contains("bmi");
    }

    @Test
    void theDirtOfTheMessyDatasetIsFoundWithoutGroundTruth() throws IOException, InterruptedException {
        SampleCase any = data.diabetes();
        SampleCase messy = new SampleCase(
                "messy", any.modelType(), any.model(), data.messy(), any.groundTruthDataset(), any.groundTruth());

        JsonObject output = EngineRun.of(SampleAlgorithm.DATA_QUALITY.extract(directory), messy, false, "{}")
                .output();

        assertThat(output.get("rows").getAsInt()).isEqualTo(105);
        assertThat(output.get("duplicate_rows").getAsInt()).isEqualTo(5);
        assertThat(output.getAsJsonArray("redundant_pairs").get(0))
                .isEqualTo(JsonParser.parseString(
                        "{\"first\": \"bmi\", \"second\": \"bmi_times_two\", \"correlation\": 1.0}"));
        int missing = output.getAsJsonArray("columns").asList().stream()
                .mapToInt(column -> column.getAsJsonObject().get("missing").getAsInt())
                .sum();
        assertThat(missing).isEqualTo(11);
    }
}
