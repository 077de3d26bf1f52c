package sg.aiverify.worker.testkit.samples;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apiguardian.api.API;
import sg.aiverify.worker.task.ModelType;

/**
 * Models trained on the spot, with their test data.
 *
 * @param directory where everything lies
 * @param cases the models with their data
 * @param messy a dataset with missing values, duplicates and redundant columns
 * @param groupLabels a CSV dataset that names the groups of {@code sex} in the case {@code diabetes_risk}
 */
@API(status = EXPERIMENTAL, since = "1.0")
public record SampleData(Path directory, List<SampleCase> cases, Path messy, Path groupLabels) {
    private static final String SCRIPT = "make_sample_data.py";
    private static final Duration LIMIT = Duration.ofMinutes(5);

    public SampleData {
        cases = List.copyOf(cases);
    }

    /**
     * Trains the models, unless the directory has them already; takes some seconds.
     *
     * @param python an interpreter that has aiverify-test-engine, and so pandas and scikit-learn
     * @param directory where the files go; created if absent
     * @return what is there then
     * @throws IllegalStateException with the script's output, if it fails or takes more than five minutes
     * @throws UncheckedIOException if the interpreter cannot be started
     */
    public static SampleData make(Path python, Path directory) {
        try {
            Files.createDirectories(directory);
            if (!Files.exists(directory.resolve("manifest.json"))) {
                run(python, directory);
            }
            return read(directory);
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot make sample data in " + directory + " with " + python, failed);
        }
    }

    private static void run(Path python, Path directory) throws IOException {
        Path script = Files.createTempFile("make_sample_data", ".py");
        Path log = Files.createTempFile("make_sample_data", ".log");
        try {
            Resource.copy(SCRIPT, script);
            Process process = new ProcessBuilder(python.toString(), script.toString(), directory.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            process.getOutputStream().close();
            boolean ended = process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly().waitFor();
            }
            if (!ended || process.exitValue() != 0) {
                throw new IllegalStateException(
                        SCRIPT + (ended ? " ended with " + process.exitValue() : " took more than " + LIMIT) + ": "
                                + Files.readString(log, StandardCharsets.UTF_8));
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + SCRIPT + " ran", interrupted);
        } finally {
            Files.deleteIfExists(script);
            Files.deleteIfExists(log);
        }
    }

    private static SampleData read(Path directory) throws IOException {
        JsonObject manifest = JsonParser.parseString(Files.readString(directory.resolve("manifest.json")))
                .getAsJsonObject();
        List<SampleCase> cases = new ArrayList<>();
        for (JsonElement element : manifest.getAsJsonArray("cases")) {
            JsonObject entry = element.getAsJsonObject();
            cases.add(new SampleCase(
                    entry.get("name").getAsString(),
                    ModelType.named(entry.get("model_type").getAsString()).orElseThrow(),
                    directory.resolve(entry.get("model").getAsString()),
                    directory.resolve(entry.get("dataset").getAsString()),
                    directory.resolve(entry.get("ground_truth_dataset").getAsString()),
                    entry.get("ground_truth").getAsString()));
        }
        return new SampleData(
                directory,
                cases,
                directory.resolve(manifest.get("messy").getAsString()),
                directory.resolve(manifest.get("group_labels").getAsString()));
    }

    /**
     * Two classes, random forest, ground truth within the test data.
     *
     * @return the case
     */
    public SampleCase breastCancer() {
        return named("breast_cancer");
    }

    /**
     * Two classes, a pipeline in a folder, ground truth in a dataset of its own.
     *
     * @return the case
     */
    public SampleCase breastCancerPipeline() {
        return named("breast_cancer_pipeline");
    }

    /**
     * Three classes, logistic regression, data as CSV.
     *
     * @return the case
     */
    public SampleCase wine() {
        return named("wine");
    }

    /**
     * Regression, gradient boosting.
     *
     * @return the case
     */
    public SampleCase diabetes() {
        return named("diabetes");
    }

    /**
     * Two classes, gradient boosting, with the sensitive feature {@code sex}.
     *
     * @return the case
     */
    public SampleCase diabetesRisk() {
        return named("diabetes_risk");
    }

    private SampleCase named(String name) {
        return cases.stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no case " + name + " in " + directory));
    }
}
