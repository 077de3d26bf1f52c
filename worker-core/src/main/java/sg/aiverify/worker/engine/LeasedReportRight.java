package sg.aiverify.worker.engine;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.ReportRight;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.run.CancelReason;

/**
 * The right to report a run that a queue has delivered. The queue decides which worker holds this right.
 *
 * @param stop the signal that stops the attempt if the lease of the delivery is lost
 */
record LeasedReportRight(TaskQueue queue, Delivery delivery, String runId, StopSignal stop)
        implements ReportRightCheck {
    private static final Logger log = LogManager.getLogger(LeasedReportRight.class);

    @Override
    public ReportRight acquire() {
        while (true) {
            long requested = System.nanoTime();
            ReportRight right = queue.acquireReportRight(delivery, runId);
            if (right == ReportRight.LOST) {
                log.warn("The run's lease is lost: nothing is reported");
                stop.stop(CancelReason.LEASE_LOST);
                throw new RunCancelledException("another worker has taken over the delivery " + delivery.id());
            }
            // A response that took long may be outdated, for example if the process was suspended.
            if (System.nanoTime() - requested < queue.lease().toNanos() / 2) {
                return right;
            }
            stop.phase().throwIfCancelled();
        }
    }
}
