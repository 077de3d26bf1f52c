package sg.aiverify.worker.pipelines.docker;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The labels of all that the worker makes at an engine. */
final class Labels {
    /** On containers and volumes: what it is for. */
    static final String KIND = "sg.aiverify.worker.kind";

    /** On containers and volumes of runs: the worker process that made it, whose claim tells whether it lives. */
    static final String INSTANCE = "sg.aiverify.worker.instance";

    /** On containers and volumes of runs, but those that were there before the run: the test run. */
    static final String RUN = "sg.aiverify.worker.run";

    /** On images: what identifies their content. */
    static final String CONTENT = "sg.aiverify.worker.content";

    /** On images: their interpreter. */
    static final String PYTHON = "sg.aiverify.worker.python";

    private Labels() {}

    /**
     * Whose something is.
     *
     * @param instance the worker process
     * @param runId the test run; null for what waits for one
     */
    record Of(String instance, @Nullable String runId) {
        Map<String, String> kind(String kind) {
            Map<String, String> labels = new TreeMap<>(Map.of(KIND, kind, INSTANCE, instance));
            if (runId != null) {
                labels.put(RUN, runId);
            }
            return labels;
        }
    }
}
