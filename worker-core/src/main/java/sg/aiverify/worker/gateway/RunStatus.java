package sg.aiverify.worker.gateway;

/** Where a test run stands at the gateway. */
public enum RunStatus {
    /** Queued or running: the gateway does not tell these apart. */
    PENDING,
    /** A result is stored. */
    SUCCESS,
    /** An error is stored. */
    ERROR,
    /** Somebody cancelled it. */
    CANCELLED,
    /** The gateway does not know it, or no longer. */
    ABSENT
}
