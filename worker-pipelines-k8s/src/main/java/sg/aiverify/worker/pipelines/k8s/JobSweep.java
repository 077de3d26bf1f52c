package sg.aiverify.worker.pipelines.k8s;

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
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.cache.DirectoryTree;
import sg.aiverify.worker.failure.Reason;

/**
 * Deletes Jobs and directories that no worker has adopted for a while after theirs died, or left them. Thread-safe.
 */
final class JobSweep {
    private static final Logger log = LogManager.getLogger(JobSweep.class);

    private final JobStore jobs;
    private final Path root;
    private final String worker;
    private final Duration patience;
    private final Clock clock;
    private final Set<String> inUse = ConcurrentHashMap.newKeySet();
    private final Map<String, Long> orphans = new HashMap<>();
    private long lastRound;

    /**
     * Prepares the sweep.
     *
     * @param jobs where Jobs are
     * @param root where their directories are
     * @param worker the label of this worker
     * @param patience how long an orphan waits to be adopted
     * @param clock tells how long it has
     */
    JobSweep(JobStore jobs, Path root, String worker, Duration patience, Clock clock) {
        this.jobs = jobs;
        this.root = root;
        this.worker = worker;
        this.patience = patience;
        this.clock = clock;
    }

    /** Keeps a Job of this worker and its directory from being swept until it is closed. */
    Use use(String name) {
        inUse.add(name);
        return new Use(name);
    }

    /** A Job in use. */
    final class Use implements AutoCloseable {
        private final String name;

        private Use(String name) {
            this.name = name;
        }

        @Override
        public void close() {
            inUse.remove(name);
        }
    }

    /** Looks around; throws KubernetesClientException. */
    synchronized void round(Set<String> living) {
        if (clock.millis() - lastRound > PodSweep.LEASE.toMillis()) {
            orphans.clear(); // while nobody could look, workers may have had no chance to adopt either
        }
        Map<String, Job> there = new HashMap<>();
        for (Job job : jobs.all()) {
            there.put(job.getMetadata().getName(), job);
        }
        Map<String, String> owners = new TreeMap<>();
        try {
            owners.putAll(directories());
        } catch (IOException e) {
            log.warn("The directories of Jobs below {} cannot be swept now", root, e);
        }
        // A Job's label counts for more: only after it is changed is the directory the new worker's.
        there.forEach(
                (name, job) -> owners.put(name, job.getMetadata().getLabels().getOrDefault(PodManifest.WORKER, "")));
        lastRound = clock.millis();
        orphans.keySet().retainAll(owners.keySet());
        owners.forEach((name, owner) -> {
            boolean isWanted = inUse.contains(name) || !owner.equals(worker) && living.contains(owner);
            if (isWanted) {
                orphans.remove(name);
            } else if (clock.millis() - orphans.computeIfAbsent(name, key -> clock.millis()) >= patience.toMillis()) {
                sweep(name, there.get(name), owner);
            }
        });
    }

    private void sweep(String name, @Nullable Job job, String owner) {
        if (JobDirectory.isTrash(name)) {
            delete(() -> DirectoryTree.delete(root.resolve(name)));
            return;
        }
        log.info("The Job {} of the worker {} is swept: nobody has adopted it", name, owner);
        if (job != null && !jobs.delete(job)) {
            return; // it has changed: somebody has adopted it, or the next round does it
        }
        if (jobs.hasPods(name)) {
            return; // the next round deletes what they write to
        }
        delete(new JobDirectory(root, name)::delete);
    }

    /** Gives the owners of directories by their names; what is being deleted has none. */
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
            log.warn("A directory of a Job cannot be deleted now: {}", Reason.of(e));
        }
    }
}
