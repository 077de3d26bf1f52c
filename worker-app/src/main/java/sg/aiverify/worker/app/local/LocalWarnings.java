package sg.aiverify.worker.app.local;

import java.util.ArrayList;
import java.util.List;

/** What can be run and is probably not meant. */
final class LocalWarnings {
    private LocalWarnings() {}

    static List<String> of(LocalRun run, AlgorithmSource algorithm) {
        List<String> warnings = new ArrayList<>();
        for (String name : run.unusedDatasets()) {
            warnings.add("--dataset " + name + " is not used: no argument is \"_dataset_:" + name + "\"");
        }
        String type = run.modelType().wireName();
        if (!algorithm.modelTypes().isEmpty() && algorithm.modelTypes().stream().noneMatch(type::equalsIgnoreCase)) {
            warnings.add("--model-type is " + type + ", but by modelType in its algo.meta.json the algorithm is for "
                    + String.join(", ", algorithm.modelTypes()));
        }
        return warnings;
    }
}
