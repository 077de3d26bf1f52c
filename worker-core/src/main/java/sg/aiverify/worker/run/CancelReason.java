package sg.aiverify.worker.run;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/** The reason why a run was stopped. */
@API(status = STABLE, since = "1.0")
public enum CancelReason {
    /** Its result is not needed, mostly because it was cancelled: nothing is reported, and the delivery is completed. */
    CANCELLED,
    /** The lease of the delivery is lost: nothing is reported, and nothing is written to the queue. */
    LEASE_LOST,
    /** This worker stops: the delivery is returned to the queue without spending an attempt. */
    SHUTDOWN,
    /** A stage exceeded its time limit: this is reported as a failure. */
    TIMED_OUT
}
