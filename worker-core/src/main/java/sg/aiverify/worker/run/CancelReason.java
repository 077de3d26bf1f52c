package sg.aiverify.worker.run;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/** The reason why a run was stopped. */
@API(status = STABLE, since = "1.0")
public enum CancelReason {
    /**
     * The run's result is not needed, mostly because the run was cancelled. Nothing is reported, and the delivery is
     * completed.
     */
    CANCELLED,
    /** The lease of the delivery is lost. Nothing is reported, and nothing is written to the queue. */
    LEASE_LOST,
    /** The worker is shutting down. The delivery is returned to the queue, and does not count as an attempt. */
    SHUTDOWN,
    /** A stage exceeded its time limit. This is reported as a failure. */
    TIMED_OUT
}
