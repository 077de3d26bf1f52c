package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.Optional;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.Cancellation;

/**
 * Lets each step of a report go on only with the right to report: between two tries the worker may have been stopped for
 * longer than a lease.
 *
 * @param phase what is to be stopped
 * @param guard asked at each step
 */
record GuardedCancellation(Cancellation phase, ReportGuard guard) implements Cancellation {
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
        guard.require();
    }
}
