package sg.aiverify.worker.failure;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/** Sorts failures by who must act. */
@API(status = STABLE, since = "1.0")
public enum FailureKind {
    /** The submitter must act: bad input, a failing algorithm, an own limit hit. Reported, never retried. */
    TASK,
    /** Nobody must act: trouble of this run with network, disk or a service. Retried with backoff. */
    INFRASTRUCTURE,
    /** Somebody cancelled the run; nothing is reported any more. */
    CANCELLED,
    /** A stage took longer than its limit. Reported, never retried. */
    TIMED_OUT
}
