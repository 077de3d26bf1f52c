package sg.aiverify.worker.engine;

import java.time.ZoneId;
import java.util.concurrent.ScheduledExecutorService;
import sg.aiverify.worker.config.internal.Secrets;
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.result.internal.ResultWriter;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.stage.Environment;
import sg.aiverify.worker.stage.internal.StageModules;

/** Makes the runners of attempts: that of a queue and that of tasks in process. Thread-safe. */
final class AttemptRunnerFactory {
    private static final int ONE_ATTEMPT = 1;

    private final EngineSettings settings;
    private final DiskSpace disk;
    private final Secrets secrets;
    private final RunListener listeners;
    private final StageSequence<?> stages;
    private final ErrorReporter errors;

    /**
     * Puts the common parts together.
     *
     * @param timer ends stages that take too long
     * @param messenger passes progress on
     */
    <E extends Environment> AttemptRunnerFactory(
            StageModules<E> pipeline,
            EngineSettings settings,
            RunDirectories directories,
            DiskSpace disk,
            ZoneId zone,
            Secrets secrets,
            RunListener listeners,
            ServiceBreaker breaker,
            ScheduledExecutorService timer,
            ScheduledExecutorService messenger,
            Waiting waiting) {
        this.settings = settings;
        this.disk = disk;
        this.secrets = secrets;
        this.listeners = listeners;
        StageCalls calls = new StageCalls(pipeline, settings, breaker, timer, waiting, listeners);
        ReportTurn turn = new ReportTurn(pipeline.upload(), calls, waiting);
        this.errors = new ErrorReporter(pipeline.error(), calls, turn, waiting);
        this.stages = new StageSequence<>(
                pipeline,
                settings,
                directories,
                new ResultWriter(zone),
                listeners,
                calls,
                turn,
                breaker,
                messenger,
                secrets,
                waiting);
    }

    /** Returns the runner of what a queue delivers. */
    AttemptRunner ofQueue(AttemptRunner.Settlements settlements) {
        return runner(settings.maxAttempts(), disk, settlements);
    }

    /** Returns the runner of tasks that no queue would deliver again. */
    AttemptRunner inProcess() {
        return runner(ONE_ATTEMPT, DiskSpace.UNLIMITED, AttemptRunner.Settlements.NONE);
    }

    private AttemptRunner runner(int maxAttempts, DiskSpace space, AttemptRunner.Settlements settlements) {
        FailedAttempts failures = new FailedAttempts(maxAttempts, space, errors, listeners, secrets);
        return new AttemptRunner(maxAttempts, stages, failures, listeners, settlements);
    }
}
