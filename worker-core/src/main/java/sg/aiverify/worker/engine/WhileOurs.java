package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.Optional;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.Cancellation;

/**
 * Lets each step of telling an error go on only while the run is this worker's: between two tries it may have been
 * stopped for longer than a lease.
 *
 * @param phase what is to be stopped
 * @param lease tells whose the run is
 */
record WhileOurs(Cancellation phase, LeaseCheck lease) implements Cancellation {
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
        if (!RunExecutor.isOurs(lease.confirm())) {
            throw new InfrastructureException("Another delivery of the test run is about to report");
        }
    }
}
