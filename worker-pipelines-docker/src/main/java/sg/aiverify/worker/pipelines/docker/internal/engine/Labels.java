package sg.aiverify.worker.pipelines.docker.internal.engine;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The labels of all objects that the worker creates on an engine. */
public final class Labels {
    /** On containers and volumes: their purpose, one of the kinds below. */
    public static final String KIND = "sg.aiverify.worker.kind";

    /** On containers and volumes of runs: the worker process that created them. */
    public static final String INSTANCE = "sg.aiverify.worker.instance";

    /** On containers and volumes of runs, except those that are created before their run: the id of the test run. */
    public static final String RUN = "sg.aiverify.worker.run";

    /** On images: the hash that identifies their content. */
    public static final String CONTENT = "sg.aiverify.worker.content";

    /** On images: the path of their Python interpreter. */
    public static final String PYTHON = "sg.aiverify.worker.python";

    /** Kind of the container of a run. */
    public static final String RUN_CONTAINER = "run";

    /** Kind of a volume of a run. */
    public static final String RUN_VOLUME = "volume";

    /** Kind of the container that is used to fill the volumes of a run; it is never started. */
    public static final String VOLUME_FILLER = "filler";

    /** Kind of the container that runs as long as its worker, see {@code LivenessContainer}. */
    public static final String LIVENESS = "claim";

    /** Kind of short-lived containers that do not belong to a run; they have no other label. */
    public static final String PROBE = "probe";

    private Labels() {}

    /**
     * The owner of a container or volume.
     *
     * @param instance the worker process
     * @param runId the test run; null for a container or volume that was created before its run
     */
    public record Owner(String instance, @Nullable String runId) {
        /** Returns the labels of a container or volume of this kind. */
        public Map<String, String> labels(String kind) {
            Map<String, String> labels = new TreeMap<>(Map.of(KIND, kind, INSTANCE, instance));
            if (runId != null) {
                labels.put(RUN, runId);
            }
            return labels;
        }
    }
}
