package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.Optional;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.Cancellation;

/**
 * Lets each step of the report of an error go on only with the right to report: between two tries the worker may have
 * been stopped for longer than a lease. Only {@link #throwIfCancelled} asks the queue for the right, which takes a
 * moment. An upload asks by {@link sg.aiverify.worker.run.RunContext#confirm} instead: it must know whether the right was
 * lost meanwhile.
 *
 * @param phase what is to be stopped
 * @param reportRight asked for at each step
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
