package sg.aiverify.worker.queue;

/** What became of a lease that was to be extended. */
public enum LeaseState {
    /** Still ours, for another lease. */
    HELD,
    /** The entry is gone and nobody has it: it was cancelled, or is done, or the server lost its data. */
    DELETED,
    /** The entry is another worker's now, or waits for one, or is done. */
    LOST
}
