package sg.aiverify.worker.queue;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/** Whether a lease was extended, and why not. */
@API(status = STABLE, since = "1.0")
public enum LeaseState {
    /** The delivery is this worker's, for another lease. */
    HELD,
    /**
     * The queue holds the entry no longer, and no other worker has it: its run was cancelled, or is done, or the queue
     * has lost its data. The queue does not know which. The worker keeps the delivery, and the right to report if it had
     * it, until it has asked whether the run is still wanted.
     */
    DELETED,
    /** The delivery is no longer this worker's: another one has the entry or may receive it, or it was settled. */
    LOST
}
