package sg.aiverify.worker.listener;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/** The end of a stage of a run. */
@API(status = STABLE, since = "1.0")
public enum StageEnd {
    /** The stage succeeded. */
    SUCCEEDED,
    /** The stage failed. */
    FAILED,
    /** The stage exceeded its time limit. */
    TIMED_OUT,
    /** The run was stopped during the stage: it was cancelled, its lease was lost, or the worker stopped. */
    STOPPED
}
