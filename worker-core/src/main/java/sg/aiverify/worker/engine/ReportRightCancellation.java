package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.Optional;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.Cancellation;

/**
 * A cancellation for error reports that also checks the right to report, in {@link #throwIfCancelled}. Before a step of
 * the report, the worker may have been suspended for longer than a lease.
 *
 * <p>An upload calls {@link sg.aiverify.worker.run.RunContext#confirm} instead, since the upload must know whether the
 * right was lost meanwhile.
 *
 * @param phase the cancellation of the error report
 * @param reportRight the right to report
 */
record ReportRightCancellation(Cancellation phase, ReportRightCheck reportRight) implements Cancellation {
    @Override
    public Optional<CancelReason> reason() {
        return phase.reason();
    }

    @Override
    public Registration onCancel(Runnable action) {
        return phase.onCancel(action);
    }

    @Override
    public void sleep(Duration duration) {
        phase.sleep(duration);
    }

    @Override
    public void throwIfCancelled() {
        phase.throwIfCancelled();
        reportRight.require();
    }
}
