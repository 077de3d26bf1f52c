package sg.aiverify.worker.engine;

import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.queue.ReportRight;

/** Requests the right to report a run, immediately before a result or an error is reported. Thread-safe. */
@FunctionalInterface
interface ReportRightCheck {
    /** Always grants the right, for runs in process. */
    ReportRightCheck UNLEASED = () -> ReportRight.HELD;

    /**
     * Requests the right to report.
     *
     * @return the holder of the right; never {@link ReportRight#LOST}
     * @throws sg.aiverify.worker.failure.RunCancelledException if the lease is lost; the attempt is then stopped
     * @throws sg.aiverify.worker.failure.ServiceUnavailableException if the queue is unavailable
     */
    ReportRight acquire();

    /**
     * Acquires the right to report. Throws if the right is not available.
     *
     * @return true if this delivery already held the right; false if another delivery may have reported before
     * @throws InfrastructureException if another delivery of the run holds the right, or the queue is unavailable
     */
    default boolean require() {
        return switch (acquire()) {
            case HELD -> true;
            case ACQUIRED -> false;
            case HELD_ELSEWHERE, LOST ->
                throw new InfrastructureException("Another delivery of the test run is about to report");
        };
    }
}
