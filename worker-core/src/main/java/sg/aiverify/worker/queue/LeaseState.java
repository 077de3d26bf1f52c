package sg.aiverify.worker.queue;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/** The state of a lease after an attempt to extend it. */
@API(status = STABLE, since = "1.0")
public enum LeaseState {
    /** The lease was extended. */
    HELD,
    /**
     * The queue no longer contains the entry, and no other worker holds it. Its run was cancelled, or has finished, or
     * the queue has lost its data; the queue does not know which. The worker keeps the delivery, and the right to
     * report if it holds this right, until it knows whether the result is still needed.
     */
    DELETED,
    /** The lease is lost: another worker holds the entry or can receive it, or the delivery was settled. */
    LOST
}
