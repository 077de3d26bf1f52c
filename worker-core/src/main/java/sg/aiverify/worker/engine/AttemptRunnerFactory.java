package sg.aiverify.worker.engine;

import sg.aiverify.worker.config.internal.Secrets;
import sg.aiverify.worker.listener.RunListener;

/** Makes the runners of attempts: that of a queue and that of tasks in process. Thread-safe. */
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
     * @param maxAttempts how many attempts a run of a queue has
     * @param disk what runs of a queue work on
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

    /** Returns the runner of what a queue delivers. */
    AttemptRunner ofQueue(AttemptRunner.Settlements settlements) {
        return runner(maxAttempts, disk, settlements);
    }

    /** Returns the runner of tasks that no queue would deliver again. */
    AttemptRunner inProcess() {
        return runner(ONE_ATTEMPT, DiskSpace.UNLIMITED, AttemptRunner.Settlements.NONE);
    }

    private AttemptRunner runner(int attempts, DiskSpace space, AttemptRunner.Settlements settlements) {
        FailedAttempts failures = new FailedAttempts(attempts, space, errors, listeners, secrets);
        return new AttemptRunner(attempts, stages, failures, listeners, settlements);
    }
}
