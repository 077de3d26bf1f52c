package sg.aiverify.worker.queue;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/** Who has the right to report a run, of the several deliveries that it may have. */
@API(status = STABLE, since = "1.0")
public enum ReportRight {
    /** This delivery has it, and has had it since it acquired it. */
    HELD,
    /** This delivery has it from now on: another one may have reported before. */
    ACQUIRED,
    /** Another delivery of the same run has it, and may be reporting. */
    HELD_ELSEWHERE,
    /** Nobody here: the delivery is another worker's now, and must not report. */
    LOST;

    /**
     * Returns whether this delivery may report.
     *
     * @return true if it has the right
     */
    public boolean isOurs() {
        return switch (this) {
            case HELD, ACQUIRED -> true;
            case HELD_ELSEWHERE, LOST -> false;
        };
    }
}
