package sg.aiverify.worker.pipelines.k8s.internal.job;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.pipelines.k8s.internal.client.WorkerLabels;

/** Deletes Jobs that a worker may delete, and waits until they and their pods are deleted. */
final class JobDeletion {
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final JobStore jobs;
    private final String worker;

    JobDeletion(JobStore jobs, String worker) {
        this.jobs = jobs;
        this.worker = worker;
    }

    /**
     * Deletes a Job unless another worker has adopted the Job since this worker read it.
     *
     * @param read the Job as it was read
     * @throws InfrastructureException if the Job or its pods still exist after 30 s
     */
    void delete(Job read) throws InterruptedException {
        Optional<Job> current = Optional.of(read);
        while (current.isPresent()
                && current.get().getMetadata().getDeletionTimestamp() == null
                && !jobs.delete(current.get())) {
            current = jobs.find(read.getMetadata().getName())
                    .filter(found -> found.getMetadata()
                            .getUid()
                            .equals(read.getMetadata().getUid()))
                    .filter(found -> isUnadopted(found, read));
        }
        if (current.isPresent()) {
            awaitGone(read);
        }
    }

    private boolean isUnadopted(Job found, Job read) {
        Map<String, String> labels = found.getMetadata().getLabels();
        return worker.equals(labels.get(WorkerLabels.WORKER))
                || read.getMetadata().getLabels().equals(labels);
    }

    private void awaitGone(Job deleted) throws InterruptedException {
        long begun = System.nanoTime();
        while (!jobs.isGone(deleted)) {
            if (System.nanoTime() - begun > LIMIT.toNanos()) {
                throw new InfrastructureException("The Job "
                        + deleted.getMetadata().getName() + " was not deleted within " + LIMIT.toSeconds() + " s");
            }
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
    }
}
