package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.algorithm.Algorithm;

/**
 * The downloaded files of a run. These files are read-only, since other runs use them, too.
 *
 * @param algorithm the extracted algorithm
 * @param model the model's file or folder, absolute
 * @param testDataset the data's file or folder, absolute
 * @param groundTruth the ground truth; null for a run without ground truth
 * @param argumentDatasets files or folders, absolute; the keys are the names after {@code _dataset_:} in the arguments
 */
@API(status = STABLE, since = "1.0")
public record TestInputs(
        Algorithm algorithm,
        Path model,
        Path testDataset,
        @Nullable GroundTruth groundTruth,
        Map<String, Path> argumentDatasets) {
    public TestInputs {
        Objects.requireNonNull(algorithm, "algorithm");
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(testDataset, "testDataset");
        argumentDatasets = Map.copyOf(argumentDatasets);
    }

    /**
     * The ground truth of a run.
     *
     * @param dataset the dataset that contains the ground truth: a file or folder, absolute
     * @param column the name of the column with the ground truth
     */
    public record GroundTruth(Path dataset, String column) {
        public GroundTruth {
            Objects.requireNonNull(dataset, "dataset");
            Objects.requireNonNull(column, "column");
        }
    }

    /**
     * Returns the ground truth.
     *
     * @return the ground truth; empty for a run without ground truth
     */
    public Optional<GroundTruth> findGroundTruth() {
        return Optional.ofNullable(groundTruth);
    }
}
