package sg.aiverify.worker.listener;

/** How a stage of a run ended. */
public enum StageEnd {
    /** It did its work. */
    SUCCEEDED,
    /** It failed. */
    FAILED,
    /** It took longer than its limit. */
    TIMED_OUT,
    /** The run was stopped meanwhile: cancelled, lost to another worker, or handed back. */
    STOPPED
}
