package sg.aiverify.worker.pipelines.docker;

import java.util.Map;

/** The labels of all that the worker makes at an engine. */
final class Labels {
    /** On containers and volumes: what it is for. */
    static final String KIND = "sg.aiverify.worker.kind";

    /** On containers and volumes of runs: the worker process that made it, whose claim tells whether it lives. */
    static final String INSTANCE = "sg.aiverify.worker.instance";

    /** On containers and volumes of runs: the test run. */
    static final String RUN = "sg.aiverify.worker.run";

    /** On images: what identifies their content. */
    static final String CONTENT = "sg.aiverify.worker.content";

    /** On images: their interpreter. */
    static final String PYTHON = "sg.aiverify.worker.python";

    private Labels() {}

    static Map<String, String> ofRun(String kind, String instance, String runId) {
        return Map.of(KIND, kind, INSTANCE, instance, RUN, runId);
    }
}
