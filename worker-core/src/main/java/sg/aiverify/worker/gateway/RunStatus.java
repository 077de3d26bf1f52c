package sg.aiverify.worker.gateway;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/** The status of a test run at the gateway. */
@API(status = STABLE, since = "1.0")
public enum RunStatus {
    /** The run is queued or running; the gateway does not distinguish the two. */
    PENDING,
    /** A result is stored. */
    SUCCESS,
    /** An error is stored. */
    ERROR,
    /** A user cancelled the run. */
    CANCELLED,
    /** The gateway does not know the run, or no longer knows it. */
    ABSENT;

    /**
     * Returns a description for logs.
     *
     * @return a phrase that follows "the run is"
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
