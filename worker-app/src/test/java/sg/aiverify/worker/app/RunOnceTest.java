package sg.aiverify.worker.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.app.terminal.CapturedTerminal;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.SampleAlgorithm;
import sg.aiverify.worker.testkit.samples.SampleCase;
import sg.aiverify.worker.testkit.samples.SampleData;

/** The command run-once with real Python. */
class RunOnceTest {
    private static final String RUN = "2b5c9d1e-3f4a-4b6c-8d7e-9f0a1b2c3d4e";

    @TempDir
    Path directory;

    private final CapturedTerminal captured = CapturedTerminal.pipe();

    @Test
    void aRunWritesItsResultAndAWrongOneSaysWhy() throws Exception {
        SampleData data = SampleData.make(EngineInterpreter.get().executable(), directory.resolve("samples"));
        SampleCase risk = data.cases().stream()
                .filter(candidate -> candidate.name().equals("diabetes_risk"))
                .findFirst()
                .orElseThrow();
        Path algorithm = SampleAlgorithm.SUBGROUP_FAIRNESS.extract(directory);
        Path output = directory.resolve("results/fairness.zip");
        List<String> args = new ArrayList<>(List.of(
                "run-once",
                "--run-id=" + RUN,
                "--algorithm=" + algorithm,
                "--model=" + risk.model(),
                "--model-type=classification",
                "--data=" + risk.dataset(),
                "--ground-truth=" + risk.groundTruthDataset(),
                "--ground-truth-column=" + risk.groundTruth(),
                "--dataset=groups.csv=" + data.groupLabels(),
                "--output=" + output));

        int code = run(args, "--args={\"sensitive_feature\": \"sex\", \"group_labels\": \"_dataset_:groups.csv\"}");

        assertThat(code).as(captured.err()).isZero();
        assertThat(captured.out()).contains("Result:    " + output).contains("Artifacts: none");
        assertThat(captured.err()).contains("subgroup_fairness: 100%").doesNotContain("error");
        JsonObject result = result(output);
        assertThat(result.get("testRunId").getAsString()).isEqualTo(RUN);
        assertThat(result.toString()).contains("first sex").doesNotContain(directory.toString());

        assertThat(run(args, "--args={}")).isEqualTo(1);
        assertThat(captured.err())
                .contains("error: the run failed in the stage validate_input")
                .contains("sensitive_feature")
                .doesNotContain("\tat ");
    }

    private int run(List<String> args, String arguments) throws InterruptedException {
        Map<String, String> environment = new HashMap<>();
        environment.put("PATH", System.getenv("PATH"));
        environment.put("PYTHON", EngineInterpreter.get().executable().toString());
        environment.put("TEWORKER_DATA_DIR", directory.resolve("data").toString());
        List<String> all = new ArrayList<>(args);
        all.add(arguments);
        Surroundings surroundings =
                new Surroundings(captured.terminal(), environment, directory, new Wiring(environment));
        return new CommandLineApp(surroundings, System.nanoTime()).run(all.toArray(String[]::new));
    }

    private static JsonObject result(Path zip) throws IOException {
        try (ZipFile file = new ZipFile(zip.toFile())) {
            byte[] bytes = file.getInputStream(file.getEntry("results.json")).readAllBytes();
            return JsonParser.parseString(new String(bytes, StandardCharsets.UTF_8))
                    .getAsJsonObject();
        }
    }
}
