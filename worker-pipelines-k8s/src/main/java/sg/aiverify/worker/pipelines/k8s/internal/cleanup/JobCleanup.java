package sg.aiverify.worker.pipelines.k8s.internal.cleanup;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.files.internal.DirectoryTree;
import sg.aiverify.worker.pipelines.k8s.internal.client.WorkerLabels;
import sg.aiverify.worker.pipelines.k8s.internal.job.JobDirectory;
import sg.aiverify.worker.pipelines.k8s.internal.job.JobStore;

/**
 * Deletes Jobs and directories whose worker is dead or has left them, if no other worker adopts them within a time
 * limit. Thread-safe.
 */
public final class JobCleanup {
    private static final Logger log = LogManager.getLogger(JobCleanup.class);

    private final JobStore jobs;
    private final Path root;
    private final String worker;
    private final Duration patience;
    private final Clock clock;
    private final RetainedNames retained = new RetainedNames();
    private final Map<String, Long> orphans = new HashMap<>();
    private long lastRound;

    /**
     * Creates the cleanup.
     *
     * @param jobs the Jobs of the namespace
     * @param root the directory that contains the Jobs' directories
     * @param worker the label of this worker
     * @param patience the time that an orphan is kept, so that another worker can adopt it
     * @param clock measures for how long an orphan was kept
     */
    public JobCleanup(JobStore jobs, Path root, String worker, Duration patience, Clock clock) {
        this.jobs = jobs;
        this.root = root;
        this.worker = worker;
        this.patience = patience;
        this.clock = clock;
    }

    /** Protects a Job of this worker and its directory from the cleanup, until the returned retention is closed. */
    public Retention retain(String name) {
        return retained.add(name);
    }

    /** Deletes the orphans that were not adopted in time; throws KubernetesClientException if a request fails. */
    public synchronized void round(Set<String> living) {
        if (clock.millis() - lastRound > WorkerLease.DURATION.toMillis()) {
            orphans.clear(); // while the API server was unavailable, no worker could adopt them
        }
        Map<String, Job> existing = new HashMap<>();
        for (Job job : jobs.all()) {
            existing.put(job.getMetadata().getName(), job);
        }
        Map<String, String> owners = new TreeMap<>();
        try {
            owners.putAll(directories());
        } catch (IOException e) {
            log.warn("Could not read the directories of Jobs in {}, the next round retries", root, e);
        }
        // A Job's label takes precedence: an adopting worker changes it before it changes the directory.
        existing.forEach(
                (name, job) -> owners.put(name, job.getMetadata().getLabels().getOrDefault(WorkerLabels.WORKER, "")));
        lastRound = clock.millis();
        orphans.keySet().retainAll(owners.keySet());
        owners.forEach((name, owner) -> {
            boolean isNeeded = retained.contains(name) || !owner.equals(worker) && living.contains(owner);
            if (isNeeded) {
                orphans.remove(name);
            } else if (clock.millis() - orphans.computeIfAbsent(name, key -> clock.millis()) >= patience.toMillis()) {
                delete(name, existing.get(name), owner);
            }
        });
    }

    private void delete(String name, @Nullable Job job, String owner) {
        if (JobDirectory.isTrash(name)) {
            delete(() -> DirectoryTree.delete(root.resolve(name)));
            return;
        }
        log.info("Deleting the Job {} of the worker {}: no worker has adopted it", name, owner);
        if (job != null && !jobs.delete(job)) {
            return; // the Job has changed: another worker adopted it, or the next round deletes it
        }
        if (jobs.hasPods(name)) {
            return; // the pods still write to the directory, so the next round deletes it
        }
        delete(new JobDirectory(root, name)::delete);
    }

    /** Returns the owner of each directory, by its name; an empty text for one that is being deleted. */
    private Map<String, String> directories() throws IOException {
        Map<String, String> owners = new HashMap<>();
        try (Stream<Path> all = Files.list(root)) {
            for (Path path : all.toList()) {
                String name = path.getFileName().toString();
                boolean isTrash = JobDirectory.isTrash(name);
                owners.put(
                        name,
                        isTrash ? "" : new JobDirectory(root, name).owner().orElse(""));
            }
        } catch (NoSuchFileException e) {
            log.debug("No Job has a directory yet", e);
        }
        return owners;
    }

    private interface Deletion {
        void run() throws IOException;
    }

    private static void delete(Deletion deletion) {
        try {
            deletion.run();
        } catch (IOException e) {
            log.warn("Could not delete the directory of a Job, the next round retries: {}", Reason.of(e));
        }
    }
}
