package sg.aiverify.worker.failure;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/** The kinds of failures. The kind determines who must act. */
@API(status = STABLE, since = "1.0")
public enum FailureKind {
    /**
     * The input is wrong, or the algorithm fails or exceeds its limits. The submitter must act. Reported, never
     * retried.
     */
    TASK,
    /** The network, the disk or a service has a temporary problem. No one must act. Retried with back-off. */
    INFRASTRUCTURE,
    /** A user cancelled the run. Not reported. */
    CANCELLED,
    /** A stage exceeded its time limit. Reported, never retried. */
    TIMED_OUT
}
