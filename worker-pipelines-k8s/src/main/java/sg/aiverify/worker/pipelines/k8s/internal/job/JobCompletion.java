package sg.aiverify.worker.pipelines.k8s.internal.job;

import io.fabric8.kubernetes.api.model.Event;
import java.time.Duration;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.pipelines.k8s.internal.pod.PodFailure;
import sg.aiverify.worker.run.Cancellation;

/** Waits until a Job has ended or cannot start, or its run is cancelled. Used by one thread. */
final class JobCompletion {
    private static final Logger log = LogManager.getLogger(JobCompletion.class);
    private static final Duration POLL = Duration.ofMillis(250);

    private final JobStore jobs;
    private final JobWatch watch;
    private final JobDirectory directory;
    private final EventsFile events;
    private final Cancellation cancellation;

    /**
     * Creates a wait for one Job.
     *
     * @param jobs the Jobs of the namespace
     * @param watch follows the Job
     * @param directory the Job's directory
     * @param events the events, which are read while the Job runs
     * @param cancellation ends the wait
     */
    JobCompletion(JobStore jobs, JobWatch watch, JobDirectory directory, EventsFile events, Cancellation cancellation) {
        this.jobs = jobs;
        this.watch = watch;
        this.directory = directory;
        this.events = events;
        this.cancellation = cancellation;
    }

    /**
     * Waits until the Job has ended.
     *
     * @param startTimeout the time limit for the start of the pod
     * @param statusLag the longest wait for the report of Kubernetes after job.py has reported the end
     * @return the latest state; the Job may still run if {@code statusLag} has passed
     * @throws StageException if the pod cannot start
     * @throws RunCancelledException if the run is cancelled
     */
    JobState await(Duration startTimeout, Duration statusLag) throws InterruptedException {
        try (Cancellation.Registration registration = cancellation.onCancel(watch::wake)) {
            return awaitEnd(startTimeout, statusLag);
        }
    }

    private JobState awaitEnd(Duration startTimeout, Duration statusLag) throws InterruptedException {
        long begun = System.nanoTime();
        long ended = 0;
        boolean hasStarted = false;
        while (true) {
            events.read();
            JobState state = watch.state();
            if (state.isOver()) {
                return state;
            }
            if (directory.hasEnded()) {
                ended = ended == 0 ? System.nanoTime() : ended;
                if (isPast(ended, statusLag)) {
                    log.warn(
                            "Kubernetes has not reported the end of the Job {} within {} s after job.py reported it;"
                                    + " deleting the Job before its result is read",
                            state.job().getMetadata().getName(),
                            statusLag.toSeconds());
                    return state;
                }
            }
            cancellation.throwIfCancelled();
            hasStarted = hasStarted || state.hasStarted() || events.isOpened();
            if (!hasStarted) {
                throwIfStuck(state, isPast(begun, startTimeout), startTimeout);
            }
            watch.await(POLL);
        }
    }

    private void throwIfStuck(JobState state, boolean isLate, Duration startTimeout) {
        if (state.pod() != null && !state.isPodDeleted()) {
            Optional<StageException> failure = PodFailure.ofStart(state.pod());
            if (failure.isPresent()) {
                throw failure.get();
            }
            if (isLate) {
                throw PodFailure.ofWaiting(state.pod(), startTimeout.toSeconds());
            }
        } else if (isLate) {
            Optional<Event> warning = jobs.lastWarning(state.job());
            throw new InfrastructureException("Failed to run algorithm: its Job had no pod within "
                    + startTimeout.toSeconds() + " s"
                    + warning.map(event -> " (" + event.getReason() + "): " + event.getMessage())
                            .orElse(""));
        }
    }

    private static boolean isPast(long since, Duration time) {
        return System.nanoTime() - since > time.toNanos();
    }
}
