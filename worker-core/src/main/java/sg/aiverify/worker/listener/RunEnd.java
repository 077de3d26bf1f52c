package sg.aiverify.worker.listener;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/** The ways in which a worker finishes a delivery of a test run. */
@API(status = STABLE, since = "1.0")
public enum RunEnd {
    /** The result is stored. */
    SUCCEEDED,
    /** The run failed, and its error is stored. */
    FAILED,
    /** A stage exceeded its time limit, and the error is stored. */
    TIMED_OUT,
    /** Every attempt failed; the error is stored, and the task is a dead letter. */
    GIVEN_UP,
    /** The task is invalid; it is a dead letter. */
    INVALID,
    /** The run failed, and the error cannot be stored. The task is a dead letter, unless it was run in process. */
    UNREPORTED,
    /** The run was cancelled. */
    CANCELLED,
    /** The run is already finished, or unknown at the gateway. */
    SKIPPED,
    /** This attempt failed; the run is retried later. */
    RETRIED,
    /**
     * The task was returned to the queue, because the worker was stopped or its disk is full. Any worker can receive
     * the task. The delivery does not count as an attempt.
     */
    HANDED_BACK,
    /** The lease is lost: another worker can have taken over the run. */
    LEASE_LOST
}
