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
 * Everything a run needs, on disk. Nothing in it may be written to: other runs use it too.
 *
 * @param algorithm the unpacked algorithm
 * @param model the model's file or folder, absolute
 * @param testDataset the data's file or folder, absolute
 * @param groundTruth the ground truth; null if the run has none
 * @param argumentDatasets files or folders, absolute, by the names that the arguments give behind {@code _dataset_:}
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
     * Ground truth: data and the column that holds it.
     *
     * @param dataset a file or folder, absolute
     * @param column the column's name
     */
    public record GroundTruth(Path dataset, String column) {
        public GroundTruth {
            Objects.requireNonNull(dataset, "dataset");
            Objects.requireNonNull(column, "column");
        }
    }

    /**
     * Gives the ground truth.
     *
     * @return empty if the run has none
     */
    public Optional<GroundTruth> findGroundTruth() {
        return Optional.ofNullable(groundTruth);
    }
}
