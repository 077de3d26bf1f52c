package sg.aiverify.worker.engine;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.ReportRight;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.run.CancelReason;

/**
 * The right to report a run that a queue has delivered; the queue decides who has it.
 *
 * @param stop stopped when the lease of the delivery is lost
 */
record LeasedReportRight(TaskQueue queue, Delivery delivery, String runId, StopSignal stop)
        implements ReportRightCheck {
    private static final Logger log = LogManager.getLogger(LeasedReportRight.class);

    @Override
    public ReportRight acquire() {
        while (true) {
            long asked = System.nanoTime();
            ReportRight right = queue.acquireReportRight(delivery, runId);
            if (right == ReportRight.LOST) {
                log.warn("Its lease is lost: nothing is reported");
                stop.stop(CancelReason.LEASE_LOST);
                throw new RunCancelledException("the delivery " + delivery.id() + " is no longer this worker's");
            }
            // An answer that is old may be wrong by now: this process was stopped, perhaps.
            if (System.nanoTime() - asked < queue.lease().toNanos() / 2) {
                return right;
            }
            stop.phase().throwIfCancelled();
        }
    }
}
