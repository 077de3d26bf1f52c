package sg.aiverify.worker.testkit.samples;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.nio.file.Path;
import org.apiguardian.api.API;
import sg.aiverify.worker.task.ModelType;

/**
 * A model with matching data.
 *
 * @param name the name of the case
 * @param modelType the type of the model
 * @param model the model: a file, or a folder with a pipeline
 * @param dataset the test data
 * @param groundTruthDataset the ground truth; may be the same file as the test data
 * @param groundTruth the ground truth's column
 */
@API(status = EXPERIMENTAL, since = "1.0")
public record SampleCase(
        String name, ModelType modelType, Path model, Path dataset, Path groundTruthDataset, String groundTruth) {}
