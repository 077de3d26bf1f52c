package sg.aiverify.worker.run;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/** Why a run was stopped from outside. */
@API(status = STABLE, since = "1.0")
public enum CancelReason {
    /** Nobody waits for its result any more, mostly since it was cancelled: nothing is reported, the delivery is done. */
    CANCELLED,
    /** The delivery belongs to another worker now: nothing is reported, nothing is written to the queue. */
    LEASE_LOST,
    /** This worker stops: the delivery is handed back without spending an attempt. */
    SHUTDOWN,
    /** The stage took too long: reported as a failure. */
    TIMED_OUT
}
