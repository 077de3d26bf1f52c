package sg.aiverify.worker.queue;

/** What became of a lease that was to be extended. */
public enum LeaseState {
    /** Still ours, for another lease. */
    HELD,
    /** The entry was deleted: somebody cancelled it. */
    DELETED,
    /** The entry is another worker's now, or done. */
    LOST
}
