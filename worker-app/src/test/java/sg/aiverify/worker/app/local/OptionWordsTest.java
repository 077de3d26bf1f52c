package sg.aiverify.worker.app.local;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionWordsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            value = {
                "Input arguments is invalid: the algorithm needs a ground truth, but the task has no groundTruthDataset"
                        + " > the algorithm needs a ground truth: add --ground-truth and --ground-truth-column",
                "Input arguments is invalid: a: is missing; the algorithm needs a ground truth, but the task has no"
                        + " groundTruthDataset > --args: a: is missing; the algorithm needs a ground truth, add"
                        + " --ground-truth and --ground-truth-column",
                "Input arguments is invalid: modelType: 3 is no text > --args: modelType: 3 is no text",
                "Failed to run algorithm: The ground truth dataset has no column 'x'; its columns are: 'y'."
                        + " > --ground-truth-column: the ground truth dataset has no column 'x'; its columns are: 'y'.",
                "Failed to run algorithm: The ground truth dataset t.csv cannot be loaded: odd"
                        + " > --ground-truth: the ground truth dataset t.csv cannot be loaded: odd",
                "Failed to run algorithm: The dataset has 3 rows and the ground truth dataset has 4: both"
                        + " > --data and --ground-truth: the dataset has 3 rows and the ground truth dataset has 4: both",
                "Failed to run algorithm: The dataset d.bin cannot be loaded: odd"
                        + " > --data: the dataset d.bin cannot be loaded: odd",
                "Failed to run algorithm: The model m.sav cannot be loaded: odd"
                        + " > --model: the model m.sav cannot be loaded: odd",
                "Invalid algorithm: algorithm script algo.py not found > --algorithm: algorithm script algo.py not found",
                "Failed to build virtual environment: pyproject.toml is missing; its"
                        + " > --algorithm: its pyproject.toml is missing; its",
                "The task is invalid: groundTruth is missing; it must be the column of groundTruthDataset 'a' that"
                        + " > --ground-truth-column is missing; it must be the column of --ground-truth 'a' that",
                "The task is invalid: id must be a UUID; modelFile must be a plain file name"
                        + " > --run-id must be a UUID; --model must be a plain file name",
                "Failed to run algorithm: The model m cannot be loaded: it needs x: upload a folder with the model's file"
                        + " > --model: the model m cannot be loaded: it needs x: set --model to a folder with the"
                        + " model's file",
                "Failed to run algorithm: The model m cannot be loaded: if it needs x, upload a folder with the model's"
                        + " file > --model: the model m cannot be loaded: if it needs x, set --model to a folder with"
                        + " the model's file",
                "Failed to run algorithm: The dataset d is a folder: only one can be read; upload that file alone"
                        + " > --data: the dataset d is a folder: only one can be read; use that file alone",
                "Failed to run algorithm: ValueError: modelType must be x > Failed to run algorithm: ValueError: modelType"
                        + " must be x",
            })
    void aFailureNamesTheOptionThatItIsAbout(String message, String words) {
        String output = "\nThe model is fine, says the algorithm of groundTruthDataset";
        assertThat(OptionWords.in(message + output)).isEqualTo(words + output);
        assertThat(OptionWords.in(message)).isEqualTo(words);
    }
}
