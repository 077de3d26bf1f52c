package sg.aiverify.worker.gateway;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/** Where a test run stands at the gateway. */
@API(status = STABLE, since = "1.0")
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
    ABSENT;

    /**
     * Says it in some words, for a log.
     *
     * @return what the run is, or why nobody waits for it
     */
    public String inWords() {
        return switch (this) {
            case PENDING -> "pending";
            case SUCCESS, ERROR -> "already finished";
            case CANCELLED -> "already cancelled";
            case ABSENT -> "unknown at the gateway";
        };
    }
}
