package sg.aiverify.worker.listener;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/** How a stage of a run ended. */
@API(status = STABLE, since = "1.0")
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
