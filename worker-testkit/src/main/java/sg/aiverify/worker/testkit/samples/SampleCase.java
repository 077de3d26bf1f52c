package sg.aiverify.worker.testkit.samples;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.nio.file.Path;
import org.apiguardian.api.API;
import sg.aiverify.worker.task.ModelType;

/**
 * A model with data that fit it.
 *
 * @param name of the case
 * @param modelType what the model does
 * @param model a file, or a folder with a pipeline
 * @param dataset the test data
 * @param groundTruthDataset the ground truth; maybe the same file
 * @param groundTruth its column
 */
@API(status = EXPERIMENTAL, since = "1.0")
public record SampleCase(
        String name, ModelType modelType, Path model, Path dataset, Path groundTruthDataset, String groundTruth) {}
