package sg.aiverify.worker.listener;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/** How a delivery of a test run ended for this worker. */
@API(status = STABLE, since = "1.0")
public enum RunEnd {
    /** The result is stored. */
    SUCCEEDED,
    /** The run failed, and its error is stored. */
    FAILED,
    /** A stage took longer than its limit, and the error is stored. */
    TIMED_OUT,
    /** It failed in every attempt; the error is stored, the task is a dead letter. */
    GIVEN_UP,
    /** It was no valid task; it is a dead letter. */
    INVALID,
    /** It failed, and the error cannot be stored; the task is a dead letter, unless it was run in process. */
    UNREPORTED,
    /** It was cancelled while it ran. */
    CANCELLED,
    /** Nobody waited for it any more: it was over already, or its gateway does not know it. */
    SKIPPED,
    /** This attempt failed; it is tried again later. */
    RETRIED,
    /** It was stopped, or its disk was full; any worker may take it now, no attempt is spent. */
    HANDED_BACK,
    /** Another worker has it now. */
    LEASE_LOST
}
