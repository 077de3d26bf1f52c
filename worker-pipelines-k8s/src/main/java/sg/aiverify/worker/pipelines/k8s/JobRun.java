package sg.aiverify.worker.pipelines.k8s;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.pipeline.AlgorithmOutput;
import sg.aiverify.worker.python.RunnerEvents;
import sg.aiverify.worker.run.Cancellation;

/**
 * A run's Job with its directory on the volume: made, or taken over from a worker that is gone; removed in the end,
 * unless another worker shall take it over, or has. Used by one thread.
 */
final class JobRun {
    private static final Logger log = LogManager.getLogger(JobRun.class);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration DELETION = Duration.ofSeconds(30);
    private static final int MAX_TRIES = 20;

    private final JobStore jobs;
    private final Duration statusLag;
    private final String name;
    private final String worker;
    private final JobDirectory directory;
    private final Cancellation cancellation;
    private final Path own;
    private final long maxBytes;
    private @Nullable Job job;
    private @Nullable JobWatch watch;
    private String lastErrors = "";

    /**
     * Names a run's Job; nothing is made.
     *
     * @param jobs where Jobs are
     * @param statusLag how long a pod may have ended by its files before the cluster tells so
     * @param name the Job's name
     * @param worker the label of this worker
     * @param directory the run's place on the volume
     * @param cancellation stops the run
     * @param own gets the result; exists, and no pod can write there
     * @param maxBytes the largest result
     */
    JobRun(
            JobStore jobs,
            Duration statusLag,
            String name,
            String worker,
            JobDirectory directory,
            Cancellation cancellation,
            Path own,
            long maxBytes) {
        this.jobs = jobs;
        this.statusLag = statusLag;
        this.name = name;
        this.worker = worker;
        this.directory = directory;
        this.cancellation = cancellation;
        this.own = own;
        this.maxBytes = maxBytes;
    }

    /**
     * Takes over what a predecessor left of the same request, running or ended; else starts anew. What was asked
     * something else, or has lost its directory, as that of a failed attempt has, is removed first.
     *
     * @param inputs what is asked
     * @param links puts it on the volume
     * @param manifest makes the Job for a directory's mark
     */
    void begin(JobInputs inputs, FileLinks links, Function<String, Job> manifest) throws InterruptedException {
        try {
            for (int tries = 0; tries < MAX_TRIES; tries++) {
                cancellation.throwIfCancelled();
                Optional<Job> there = jobs.find(name);
                if (isBegun(there, inputs, links, manifest)) {
                    return;
                }
            }
        } catch (KubernetesClientException e) {
            Optional<InterruptedException> interruption = ApiTrouble.interruption("a request for a Job", e);
            if (interruption.isPresent()) {
                throw interruption.get();
            }
            cancellation.throwIfCancelled();
            throw ApiTrouble.of("make the Job " + name + " in the namespace " + jobs.namespace(), e);
        } catch (IOException e) {
            throw new InfrastructureException(
                    "The run's directory on the volume cannot be written: " + Reason.of(e), e);
        }
        throw new InfrastructureException("The Job " + name + " changes again and again: somebody else makes it, too");
    }

    private boolean isBegun(Optional<Job> there, JobInputs inputs, FileLinks links, Function<String, Job> manifest)
            throws IOException, InterruptedException {
        Optional<String> mark = directory.mark(inputs.identity());
        if (there.isEmpty()) {
            if (mark.isPresent() && directory.hasEnded()) {
                log.info("The Job {} has ended while no worker watched it; its result is taken", name);
                directory.own(worker);
                return true;
            }
            Optional<Job> created = jobs.create(manifest.apply(directory.make(worker, inputs, links)));
            return created.isPresent() && follow(created.get());
        }
        Job found = there.get();
        boolean isOurs = found.getMetadata().getDeletionTimestamp() == null
                && mark.isPresent()
                && mark.equals(JobManifest.mark(found));
        if (isOurs) {
            Optional<Job> adopted = jobs.adopt(found, worker);
            if (adopted.isPresent()) {
                log.info("The Job {} of an earlier delivery is taken over", name);
                directory.own(worker);
                return follow(adopted.get());
            }
            return false;
        }
        log.info("The Job {} of an earlier attempt is removed", name);
        remove(found);
        return false;
    }

    private boolean follow(Job followed) {
        job = followed;
        watch = jobs.watch(followed);
        return true;
    }

    /**
     * Waits until the Job has ended.
     *
     * @param events gets what the runner tells
     * @param meant the Job as it would be made now
     * @param startTimeout how long its pod may take until it runs
     * @param attempt which delivery of the task this is
     * @return what the algorithm gave
     */
    AlgorithmOutput await(RunnerEvents events, Job meant, Duration startTimeout, int attempt)
            throws InterruptedException {
        JobEvents file = new JobEvents(directory.out().resolve("events"), events);
        JobWatch.View view = null;
        if (watch != null) {
            JobWatch following = watch;
            try (Cancellation.Registration registration = cancellation.onCancel(following::wake)) {
                view = awaitEnd(following, file, startTimeout);
            }
        }
        if (view != null && !view.isOver()) {
            stopWriter(view.job());
        }
        file.read();
        String errors = directory.errors();
        Pod pod = new PodBuilder()
                .withSpec(meant.getSpec().getTemplate().getSpec())
                .build();
        Optional<JobDirectory.Ended> ended = directory.ended();
        if (ended.isEmpty()) {
            throw JobTrouble.of(view == null ? new JobWatch.View(meant, true, null, false) : view, errors, hint(file));
        }
        JobDirectory.Ended told = ended.get();
        if ("SIGKILL".equals(told.ending().signal()) && told.killsForMemory() > 0) {
            throw PodTrouble.outOfMemory(pod, errors);
        }
        if (told.killsForMemory() == 0) {
            events.noteMemorySufficed();
        }
        if (told.problem() != null) {
            throw new InfrastructureException("The result could not be copied to the volume: " + told.problem());
        }
        AlgorithmOutput output = events.output(take(events), told.ending(), errors, attempt);
        if (JobManifest.isUploading(meant)) {
            JobTrouble.ofUpload(told.upload()).ifPresent(trouble -> {
                throw trouble;
            });
        }
        return output;
    }

    /** What a pod can still change is not read: what says that it has ended may be the algorithm's own word. */
    private void stopWriter(Job writer) throws InterruptedException {
        try {
            remove(writer);
            if (!jobs.isGone(writer)) {
                throw new InfrastructureException("The Job " + name + " says that it has ended, but still runs");
            }
        } catch (KubernetesClientException e) {
            throw ApiTrouble.of("end the Job " + name + " in the namespace " + jobs.namespace(), e);
        }
    }

    /** Brings the result to where the pod cannot reach. */
    private Path take(RunnerEvents events) {
        try {
            TakenResult.copy(directory, events.artifacts(), own, maxBytes);
            return own;
        } catch (IOException e) {
            throw new InfrastructureException("The result cannot be copied from the volume: " + Reason.of(e), e);
        }
    }

    private JobWatch.View awaitEnd(JobWatch following, JobEvents file, Duration startTimeout)
            throws InterruptedException {
        long begun = System.nanoTime();
        long ended = 0;
        boolean hasStarted = false;
        while (true) {
            file.read();
            JobWatch.View view = following.view();
            if (view.isOver()) {
                return view;
            }
            if (directory.hasEnded()) {
                ended = ended == 0 ? System.nanoTime() : ended;
                if (isPast(ended, statusLag)) {
                    log.warn(
                            "Kubernetes does not tell the end of the Job {}; it is deleted before its result is taken",
                            name);
                    return view;
                }
            }
            cancellation.reason().ifPresent(why -> {
                throw new RunCancelledException("the run was stopped: " + why);
            });
            hasStarted = hasStarted || view.hasStarted() || file.isOpened();
            if (!hasStarted) {
                throwIfStuck(view, isPast(begun, startTimeout), startTimeout);
            }
            following.await(POLL);
        }
    }

    private void throwIfStuck(JobWatch.View view, boolean isLate, Duration startTimeout) {
        if (view.pod() != null && !view.isPodDeleted()) {
            Optional<StageException> trouble = PodTrouble.ofStart(view.pod());
            if (trouble.isPresent()) {
                throw trouble.get();
            }
            if (isLate) {
                throw PodTrouble.ofWaiting(view.pod(), startTimeout.toSeconds());
            }
        } else if (isLate) {
            Optional<Event> warning = jobs.lastWarning(view.job());
            throw new InfrastructureException("Failed to run algorithm: its Job had no pod within "
                    + startTimeout.toSeconds() + " s"
                    + warning.map(told -> " (" + told.getReason() + "): " + told.getMessage())
                            .orElse(""));
        }
    }

    private static boolean isPast(long since, Duration time) {
        return System.nanoTime() - since > time.toNanos();
    }

    private String hint(JobEvents file) {
        return file.isOpened()
                ? ""
                : "; it has not found its directory: KUBECTL_VOLUME_CLAIM and KUBECTL_VOLUME_SUB_PATH must lead to"
                        + " TEWORKER_DATA_DIR, and KUBECTL_RUN_AS_USER must be able to write there";
    }

    /** Gives the end of what a run that was removed had written to its standard error. */
    String lastErrors() {
        return lastErrors;
    }

    /** Ends the watch and leaves the Job to another worker. */
    void leave() {
        if (watch != null) {
            watch.close();
        }
    }

    /** Removes Job, pod and directory and waits until they are gone; what cannot be removed now, the sweep does later. */
    void remove() {
        boolean wasInterrupted = Thread.interrupted(); // or the deletion would be, too
        try {
            if (isAdoptedByAnother()) {
                return;
            }
            JobDirectory retired = directory.retire(); // first, so that nobody adopts it
            try {
                Optional<Job> mine = job == null ? jobs.find(name).filter(this::isMine) : Optional.of(job);
                if (mine.isPresent()) {
                    remove(mine.get());
                    lastErrors = retired.errors();
                }
            } finally {
                retired.delete();
            }
        } catch (KubernetesClientException | InfrastructureException | IOException e) {
            log.warn("The Job {} cannot be removed now, the sweep will do it: {}", name, Reason.of(e));
        } catch (InterruptedException e) {
            wasInterrupted = true;
        } finally {
            leave();
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean isAdoptedByAnother() {
        return directory.owner().filter(owner -> !owner.equals(worker)).isPresent();
    }

    private boolean isMine(Job found) {
        return worker.equals(found.getMetadata().getLabels().get(PodManifest.WORKER));
    }

    private void remove(Job removed) throws InterruptedException {
        Optional<Job> there = Optional.of(removed);
        while (there.isPresent()
                && there.get().getMetadata().getDeletionTimestamp() == null
                && !jobs.delete(there.get())) {
            there = jobs.find(name)
                    .filter(found -> found.getMetadata()
                            .getUid()
                            .equals(removed.getMetadata().getUid()))
                    .filter(found ->
                            worker.equals(found.getMetadata().getLabels().get(PodManifest.WORKER))
                                    || removed.getMetadata()
                                            .getLabels()
                                            .equals(found.getMetadata().getLabels()));
        }
        if (there.isEmpty()) {
            return;
        }
        long begun = System.nanoTime();
        while (!jobs.isGone(removed)) {
            if (isPast(begun, DELETION)) {
                throw new InfrastructureException(
                        "The Job " + name + " is being deleted for more than " + DELETION.toSeconds() + " s");
            }
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
    }
}
