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
 * Models that are trained on this machine, with their test data.
 *
 * @param directory the directory of all files
 * @param cases the models with their data
 * @param messy a dataset with missing values, duplicates and redundant columns
 * @param groupLabels a CSV dataset with names for the groups of {@code sex} in the case {@code diabetes_risk}
 */
@API(status = EXPERIMENTAL, since = "1.0")
public record SampleData(Path directory, List<SampleCase> cases, Path messy, Path groupLabels) {
    private static final String SCRIPT = "make_sample_data.py";
    private static final Duration LIMIT = Duration.ofMinutes(5);

    public SampleData {
        cases = List.copyOf(cases);
    }

    /**
     * Trains the models, unless the directory already contains them. Takes some seconds.
     *
     * @param python an interpreter with aiverify-test-engine, which includes pandas and scikit-learn
     * @param directory the directory of the files; created if it does not exist
     * @return the models and their data
     * @throws IllegalStateException if the script fails or takes more than five minutes; the message contains the
     *     script's output
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
     * Returns a case with two classes, a random forest, and the ground truth in the test data.
     *
     * @return the case
     */
    public SampleCase breastCancer() {
        return named("breast_cancer");
    }

    /**
     * Returns a case with two classes, a pipeline in a folder, and the ground truth in a separate dataset.
     *
     * @return the case
     */
    public SampleCase breastCancerPipeline() {
        return named("breast_cancer_pipeline");
    }

    /**
     * Returns a case with three classes, a logistic regression, and data as CSV.
     *
     * @return the case
     */
    public SampleCase wine() {
        return named("wine");
    }

    /**
     * Returns a case with a regression by gradient boosting.
     *
     * @return the case
     */
    public SampleCase diabetes() {
        return named("diabetes");
    }

    /**
     * Returns a case with two classes, gradient boosting, and the sensitive feature {@code sex}.
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
