package sg.aiverify.worker.pipelines.k8s.internal.job;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.pipelines.k8s.internal.client.ApiFailure;
import sg.aiverify.worker.pipelines.k8s.internal.client.WorkerLabels;
import sg.aiverify.worker.pipelines.k8s.internal.pod.PodFailure;
import sg.aiverify.worker.python.RunnerEvents;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.stage.AlgorithmOutput;

/**
 * The Job of a run, with its directory on the volume. The Job is created, or adopted from a dead worker. In the end it
 * is removed, unless another worker has adopted it or will adopt it. Used by one thread.
 */
public final class JobRun {
    private static final Logger log = LogManager.getLogger(JobRun.class);
    private static final int MAX_TRIES = 20;

    private final JobStore jobs;
    private final JobDeletion deletion;
    private final String name;
    private final String worker;
    private final JobDirectory directory;
    private final Cancellation cancellation;
    private final Path own;
    private final Limits limits;
    private @Nullable Job job;
    private @Nullable JobWatch watch;
    private String lastErrors = "";

    /**
     * The limits of a Job.
     *
     * @param start the time limit for the start of its pod
     * @param statusLag the longest wait for the report of Kubernetes after job.py has reported the end
     * @param maxBytes the largest result, in bytes
     */
    public record Limits(Duration start, Duration statusLag, long maxBytes) {}

    /**
     * Refers to the Job of a run; creates nothing.
     *
     * @param jobs the Jobs of the namespace
     * @param name the Job's name
     * @param worker the name of this worker
     * @param directory the run's directory on the volume
     * @param cancellation stops the run
     * @param own an existing directory for the result; no pod can write to it
     * @param limits the limits of the Job
     */
    public JobRun(
            JobStore jobs,
            String name,
            String worker,
            JobDirectory directory,
            Cancellation cancellation,
            Path own,
            Limits limits) {
        this.jobs = jobs;
        this.deletion = new JobDeletion(jobs, worker);
        this.name = name;
        this.worker = worker;
        this.directory = directory;
        this.cancellation = cancellation;
        this.own = own;
        this.limits = limits;
    }

    /**
     * Adopts the running or ended Job of an earlier delivery with the same request. Otherwise creates a Job. Before
     * that, removes the Job of an earlier attempt if its request differs or its directory is missing.
     *
     * @param inputs the input files of the Job
     * @param files writes the inputs to the volume
     * @param manifest returns the Job for the mark of a directory
     */
    public void begin(JobInputs inputs, VolumeFiles files, Function<String, Job> manifest) throws InterruptedException {
        try {
            for (int tries = 0; tries < MAX_TRIES; tries++) {
                cancellation.throwIfCancelled();
                if (isBegun(jobs.find(name), inputs, files, manifest)) {
                    return;
                }
            }
        } catch (KubernetesClientException e) {
            ApiFailure.throwIfInterrupted("a request for a Job", e);
            cancellation.throwIfCancelled();
            throw ApiFailure.of("create the Job " + name + " in the namespace " + jobs.namespace(), e);
        } catch (IOException e) {
            throw new InfrastructureException(
                    "The run's directory on the volume cannot be written: " + Reason.of(e), e);
        }
        throw new InfrastructureException(
                "The Job " + name + " keeps changing: another worker or program also creates or deletes it");
    }

    private boolean isBegun(Optional<Job> found, JobInputs inputs, VolumeFiles files, Function<String, Job> manifest)
            throws IOException, InterruptedException {
        Optional<String> mark = directory.mark(inputs.identity());
        if (found.isEmpty()) {
            if (mark.isPresent() && directory.hasEnded()) {
                log.info("The Job {} ended while no worker watched it; using its result", name);
                directory.own(worker);
                return true;
            }
            Optional<Job> created = jobs.create(manifest.apply(directory.make(worker, inputs, files)));
            return created.isPresent() && follow(created.get());
        }
        Job existing = found.get();
        boolean isOurs = existing.getMetadata().getDeletionTimestamp() == null
                && mark.isPresent()
                && mark.equals(JobManifest.mark(existing));
        if (isOurs) {
            Optional<Job> adopted = jobs.adopt(existing, worker);
            if (adopted.isPresent()) {
                log.info("Adopted the Job {} of an earlier delivery", name);
                directory.own(worker);
                return follow(adopted.get());
            }
            return false;
        }
        log.info("Removing the Job {} of an earlier attempt", name);
        deletion.delete(existing);
        return false;
    }

    private boolean follow(Job followed) {
        job = followed;
        watch = jobs.watch(followed);
        return true;
    }

    /**
     * Waits until the Job has ended, and copies its result.
     *
     * @param events receives the events of the runner
     * @param manifest the Job as it would be created now
     * @param attempt the number of this delivery of the task
     * @return the output of the algorithm
     */
    public AlgorithmOutput await(RunnerEvents events, Job manifest, int attempt) throws InterruptedException {
        EventsFile file = new EventsFile(directory.out().resolve("events"), events);
        JobState state = watch == null
                ? null
                : new JobCompletion(jobs, watch, directory, file, cancellation)
                        .await(limits.start(), limits.statusLag());
        if (state != null && !state.isOver()) {
            stopWriter(state.job());
        }
        file.read();
        String errors = directory.errors();
        Optional<JobDirectory.Ended> ended = directory.ended();
        if (ended.isEmpty()) {
            throw JobFailure.of(state == null ? new JobState(manifest, true, null, false) : state, errors, hint(file));
        }
        boolean isOutOfMemory = ended.get().killsForMemory() > 0
                || state != null && state.pod() != null && PodFailure.isOutOfMemory(state.pod());
        if (isOutOfMemory && !ended.get().ending().isSuccess()) {
            Pod pod = new PodBuilder()
                    .withSpec(manifest.getSpec().getTemplate().getSpec())
                    .build();
            throw PodFailure.outOfMemory(pod, events::withError, errors);
        }
        return output(ended.get(), events, errors, manifest, attempt);
    }

    private AlgorithmOutput output(
            JobDirectory.Ended ended, RunnerEvents events, String errors, Job manifest, int attempt) {
        if (ended.killsForMemory() == 0) {
            events.noteMemorySufficed();
        }
        if (ended.problem() != null) {
            throw new InfrastructureException("The result could not be copied to the volume: " + ended.problem());
        }
        AlgorithmOutput output = events.output(take(events), ended.ending(), errors, attempt);
        if (JobManifest.isUploading(manifest)) {
            JobFailure.ofUpload(ended.upload()).ifPresent(failure -> {
                throw failure;
            });
        }
        return output;
    }

    /** Stops the pod before its files are read: the algorithm itself may have written the file that reports the end. */
    private void stopWriter(Job writer) throws InterruptedException {
        try {
            deletion.delete(writer);
            if (!jobs.isGone(writer)) {
                throw new InfrastructureException("The Job " + name + " reported its end, but still runs");
            }
        } catch (KubernetesClientException e) {
            throw ApiFailure.of("end the Job " + name + " in the namespace " + jobs.namespace(), e);
        }
    }

    /** Copies the result to a directory to which the pod cannot write. */
    private Path take(RunnerEvents events) {
        try {
            ResultCopy.copy(directory, events.artifacts(), own, limits.maxBytes());
            return own;
        } catch (IOException e) {
            throw new InfrastructureException("The result cannot be copied from the volume: " + Reason.of(e), e);
        }
    }

    private static String hint(EventsFile file) {
        return file.isOpened()
                ? ""
                : "; it wrote nothing to its directory: KUBECTL_VOLUME_CLAIM and KUBECTL_VOLUME_SUB_PATH must lead to"
                        + " TEWORKER_DATA_DIR, and KUBECTL_RUN_AS_USER must be able to write there";
    }

    /** Returns the end of the run's standard error, as it was when the Job was removed; empty before that. */
    public String lastErrors() {
        return lastErrors;
    }

    /** Stops following the Job, and leaves it to another worker. */
    public void leave() {
        if (watch != null) {
            watch.close();
        }
    }

    /**
     * Deletes the Job, its pod and its directory, and waits until they are deleted. If this fails, the cleanup deletes
     * them later. Does nothing if another worker has adopted the Job.
     */
    public void remove() {
        boolean wasInterrupted = Thread.interrupted(); // otherwise the deletion would also be interrupted
        try {
            if (isAdoptedByAnother()) {
                return;
            }
            JobDirectory retired = directory.retire(); // first, so that no worker adopts the Job
            try {
                Optional<Job> mine = job == null ? jobs.find(name).filter(this::isMine) : Optional.of(job);
                if (mine.isPresent()) {
                    deletion.delete(mine.get());
                    lastErrors = retired.errors();
                }
            } finally {
                retired.delete();
            }
        } catch (KubernetesClientException | InfrastructureException | IOException e) {
            log.warn("Could not remove the Job {}; the cleanup will retry: {}", name, Reason.of(e));
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
        return worker.equals(found.getMetadata().getLabels().get(WorkerLabels.WORKER));
    }
}
