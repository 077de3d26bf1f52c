package sg.aiverify.worker.pipeline;

/** Whether the result of a run is still wanted. */
public enum Demand {
    /** Somebody waits for it. */
    WANTED,
    /** The run was cancelled, has ended or is unknown. */
    NOT_WANTED,
    /** There is nobody to ask. */
    UNKNOWN
}
