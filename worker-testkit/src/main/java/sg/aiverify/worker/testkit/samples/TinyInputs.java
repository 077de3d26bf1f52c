package sg.aiverify.worker.testkit.samples;

import static org.apiguardian.api.API.Status.STABLE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apiguardian.api.API;

/**
 * The smallest model and dataset that the test engine loads, for algorithms that use neither. Written without Python.
 *
 * @param model a pickled object without methods that the engine accepts as a logistic regression
 * @param dataset a CSV file of four rows with the columns {@code a}, {@code b} and {@code truth}
 */
@API(status = STABLE, since = "1.0")
public record TinyInputs(Path model, Path dataset) {
    /**
     * A pickle in protocol 0: {@code type("LogisticRegression", (), {"__module__":
     * "sklearn.linear_model._logistic"})()}. The engine recognizes models by these two names. An import of the real
     * class would take as long as the rest of a run.
     */
    private static final String MODEL = String.join(
            "\n",
            "cbuiltins",
            "type",
            "(VLogisticRegression",
            "(t(dV__module__",
            "Vsklearn.linear_model._logistic",
            "stR(tR.");

    /**
     * Writes both files.
     *
     * @param directory the directory of the files; created if it does not exist
     * @return their paths
     * @throws UncheckedIOException if they cannot be written
     */
    public static TinyInputs write(Path directory) {
        try {
            Files.createDirectories(directory);
            Path model = directory.resolve("tiny_model.sav");
            Files.writeString(model, MODEL, StandardCharsets.US_ASCII);
            Path dataset = directory.resolve("tiny_data.csv");
            Files.writeString(dataset, "a,b,truth\n1,2.5,0\n2,3.5,1\n3,4.5,0\n4,5.5,1\n");
            return new TinyInputs(model, dataset);
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot write tiny inputs to " + directory, failed);
        }
    }
}
