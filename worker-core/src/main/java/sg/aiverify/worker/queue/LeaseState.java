package sg.aiverify.worker.queue;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/** What became of a lease that was to be extended. */
@API(status = STABLE, since = "1.0")
public enum LeaseState {
    /** Still ours, for another lease. */
    HELD,
    /** The entry is gone and nobody has it: it was cancelled, or is done, or the server lost its data. */
    DELETED,
    /** The entry is another worker's now, or waits for one, or is done. */
    LOST
}
