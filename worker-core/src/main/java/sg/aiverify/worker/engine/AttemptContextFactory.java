package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.stage.Demand;
import sg.aiverify.worker.stage.UploadModule;
import sg.aiverify.worker.task.Task;

/**
 * Opens the contexts of attempts. A context has a work directory, and forwards progress, notes and reports about
 * services. Thread-safe.
 */
final class AttemptContextFactory {
    private static final Logger log = LogManager.getLogger(AttemptContextFactory.class);
    private static final Duration PROGRESS_INTERVAL = Duration.ofMillis(500);
    /** All runs together send at most 20 progress reports a second. */
    private static final Duration PROGRESS_INTERVAL_PER_SLOT = Duration.ofMillis(50);

    private final UploadModule upload;
    private final Duration progressInterval;
    private final RunDirectories directories;
    private final RunListener listeners;
    private final ServiceBreaker breaker;
    private final ScheduledExecutorService messenger;
    private final Waiting waiting;

    /**
     * Creates the factory.
     *
     * @param upload the module that receives the progress
     * @param concurrency the number of runs at once; they share one limit for progress reports
     * @param messenger the executor that sends progress; its tasks may wait for the gateway
     */
    AttemptContextFactory(
            UploadModule upload,
            int concurrency,
            RunDirectories directories,
            RunListener listeners,
            ServiceBreaker breaker,
            ScheduledExecutorService messenger,
            Waiting waiting) {
        Duration together = PROGRESS_INTERVAL_PER_SLOT.multipliedBy(concurrency);
        this.progressInterval = together.compareTo(PROGRESS_INTERVAL) > 0 ? together : PROGRESS_INTERVAL;
        this.upload = upload;
        this.directories = directories;
        this.listeners = listeners;
        this.breaker = breaker;
        this.messenger = messenger;
        this.waiting = waiting;
    }

    /** Opens the context of an attempt. The caller closes it when the stages have ended. */
    AttemptContext open(Attempt attempt) {
        ProgressRelay progress = new ProgressRelay(
                messenger,
                () -> waiting.lasts(Waiting.Reason.INTERVAL, progressInterval),
                percent -> passOn(attempt.task(), percent, attempt.stop()));
        return new AttemptContext(attempt, directories.create(), progress, listeners, breaker);
    }

    private void passOn(Task task, int percent, StopSignal stop) {
        listeners.progress(task, percent);
        try {
            if (!upload.progress(task.id(), percent)) {
                stop.stopNotNeeded(whyNotNeeded(task, stop));
            }
        } catch (RuntimeException e) {
            log.debug("Could not report the progress of {} percent of {}: {}", percent, task, e.toString());
        }
    }

    // Called after the gateway has refused progress: the run was cancelled, or another delivery has reported it.
    private Demand whyNotNeeded(Task task, StopSignal stop) {
        try {
            return upload.demand(task.id(), stop.phase());
        } catch (RuntimeException | InterruptedException e) { // interrupted only when the engine closes
            log.debug("Could not find out why the result of {} is not needed: {}", task, e.toString());
            return Demand.NOT_NEEDED;
        }
    }
}
