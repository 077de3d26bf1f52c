package sg.aiverify.worker.engine;

import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.queue.ReportRight;

/** Asks, right before something is reported, who has the right to report the run. Thread-safe. */
@FunctionalInterface
interface ReportRightCheck {
    /** For a run that nobody else can have. */
    ReportRightCheck UNLEASED = () -> ReportRight.HELD;

    /**
     * Asks for the right to report.
     *
     * @return who has it; never {@link ReportRight#LOST}
     * @throws sg.aiverify.worker.failure.RunCancelledException if it is lost with the lease; the attempt is stopped then
     * @throws sg.aiverify.worker.failure.ServiceUnavailableException if the queue cannot be asked
     */
    ReportRight acquire();

    /**
     * Goes on only with the right to report.
     *
     * @return whether this worker has held it since it acquired it before; else somebody may have reported meanwhile
     * @throws InfrastructureException if another delivery of the run has it, or as {@link #acquire}
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
