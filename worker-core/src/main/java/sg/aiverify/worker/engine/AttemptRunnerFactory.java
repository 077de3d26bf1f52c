package sg.aiverify.worker.engine;

import sg.aiverify.worker.config.internal.Secrets;
import sg.aiverify.worker.listener.RunListener;

/** Creates the runners of attempts, one for a queue's tasks and one for tasks in process. Thread-safe. */
final class AttemptRunnerFactory {
    private static final int ONE_ATTEMPT = 1;

    private final int maxAttempts;
    private final StageSequence<?> stages;
    private final ErrorReporter errors;
    private final DiskSpace disk;
    private final RunListener listeners;
    private final Secrets secrets;

    /**
     * Creates the factory.
     *
     * @param maxAttempts the largest number of attempts of a run that a queue has delivered
     * @param disk the disk with the work directories of runs that a queue has delivered
     */
    AttemptRunnerFactory(
            int maxAttempts,
            StageSequence<?> stages,
            ErrorReporter errors,
            DiskSpace disk,
            RunListener listeners,
            Secrets secrets) {
        this.maxAttempts = maxAttempts;
        this.stages = stages;
        this.errors = errors;
        this.disk = disk;
        this.listeners = listeners;
        this.secrets = secrets;
    }

    /** Returns the runner for a queue's deliveries. */
    AttemptRunner ofQueue(AttemptRunner.Settlements settlements) {
        return runner(maxAttempts, disk, settlements);
    }

    /**
     * Returns the runner for tasks in process. Each of them has a single attempt, since no queue would redeliver it.
     */
    AttemptRunner inProcess() {
        return runner(ONE_ATTEMPT, DiskSpace.UNLIMITED, AttemptRunner.Settlements.NONE);
    }

    private AttemptRunner runner(int attempts, DiskSpace space, AttemptRunner.Settlements settlements) {
        FailedAttempts failures = new FailedAttempts(attempts, space, errors, listeners, secrets);
        return new AttemptRunner(attempts, stages, failures, listeners, settlements);
    }
}
