package sg.aiverify.worker.testkit.samples;

import java.nio.file.Path;
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
public record SampleCase(
        String name, ModelType modelType, Path model, Path dataset, Path groundTruthDataset, String groundTruth) {}
