package sg.aiverify.worker.queue;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/** The holder of the right to report a run. A run can have several deliveries. */
@API(status = STABLE, since = "1.0")
public enum ReportRight {
    /** This delivery already held the right, and still holds it. */
    HELD,
    /** This delivery has just acquired the right. Another delivery may have reported before. */
    ACQUIRED,
    /** Another delivery of the same run holds the right, and may be reporting. */
    HELD_ELSEWHERE,
    /** The lease of this delivery is lost, so it must not report. */
    LOST;

    /**
     * Returns whether this delivery may report.
     *
     * @return true if it holds the right
     */
    public boolean isOurs() {
        return switch (this) {
            case HELD, ACQUIRED -> true;
            case HELD_ELSEWHERE, LOST -> false;
        };
    }
}
