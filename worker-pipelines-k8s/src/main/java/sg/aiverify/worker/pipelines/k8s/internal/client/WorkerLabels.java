package sg.aiverify.worker.pipelines.k8s.internal.client;

import java.util.Locale;
import java.util.UUID;

/** The labels of the objects that workers create in the cluster. */
public final class WorkerLabels {
    /** The label with the program that created an object. */
    public static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    /** The value of {@link #MANAGED_BY} for all workers. */
    public static final String MANAGER = "aiverify-worker";
    /** The label with the run that an object belongs to. */
    public static final String RUN = "worker.aiverify.sg/run";
    /** The label with the worker that an object belongs to. */
    public static final String WORKER = "worker.aiverify.sg/worker";

    private WorkerLabels() {}

    /**
     * Returns a unique name for a worker process.
     *
     * @param host the machine's name, which becomes a part of the result; may be empty
     * @return a valid value of a label and a valid name of a Lease
     */
    public static String newWorkerName(String host) {
        String readable = host.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        String bounded = readable.substring(0, Math.min(40, readable.length()));
        return "java-" + (bounded.isEmpty() ? "" : bounded + "-")
                + UUID.randomUUID().toString().substring(0, 8);
    }
}
