package sg.aiverify.worker.failure;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/** The kinds of failures. They differ in the person who must act. */
@API(status = STABLE, since = "1.0")
public enum FailureKind {
    /** The submitter must act: wrong input, an algorithm that fails or exceeds its limits. Reported, never retried. */
    TASK,
    /** No one must act: a temporary problem with the network, the disk or a service. Retried with back-off. */
    INFRASTRUCTURE,
    /** A user cancelled the run. Not reported. */
    CANCELLED,
    /** A stage exceeded its time limit. Reported, never retried. */
    TIMED_OUT
}
