package sg.aiverify.worker.pipelines.k8s.internal.cleanup;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.pipelines.k8s.internal.client.ClusterConnection;
import sg.aiverify.worker.pipelines.k8s.internal.client.WorkerLabels;
import sg.aiverify.worker.run.internal.DaemonThreads;

/**
 * Renews this worker's Lease in each round. Deletes the pods of dead workers, and pods of this worker that no run uses.
 * Thread-safe.
 */
public final class PodCleanup implements AutoCloseable {
    private static final Logger log = LogManager.getLogger(PodCleanup.class);

    private final KubernetesClient client;
    private final String namespace;
    private final String worker;
    private final WorkerLease lease;
    private final Consumer<Set<String>> next;
    private final ScheduledExecutorService threads;
    private final RetainedNames retained = new RetainedNames();
    private boolean closed;

    /**
     * Creates the cleanup; {@link #start} starts it.
     *
     * @param connection the namespace of the pods
     * @param lease the worker's Lease, which is renewed in each round, and withdrawn when the cleanup is closed
     * @param next receives the names of the living workers at the end of each round
     */
    public PodCleanup(ClusterConnection connection, WorkerLease lease, Consumer<Set<String>> next) {
        this.client = connection.client();
        this.namespace = connection.namespace();
        this.worker = connection.worker();
        this.lease = lease;
        this.next = next;
        this.threads = Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("kubernetes-cleanup"));
    }

    /** Starts the rounds; the first one begins at once. */
    public void start() {
        threads.scheduleWithFixedDelay(this::roundOrLog, 0, WorkerLease.ROUND.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Protects a pod of this worker from the cleanup, until the returned retention is closed. */
    public Retention retain(String pod) {
        return retained.add(pod);
    }

    private void roundOrLog() {
        try {
            round();
        } catch (RuntimeException e) {
            log.warn("Could not clean up the pods in the namespace {}, the next round retries", namespace, e);
        }
    }

    /** Renews this worker's Lease and deletes unused objects; throws KubernetesClientException if a request fails. */
    public synchronized void round() {
        if (closed) {
            return;
        }
        lease.renew();
        // Lists pods first: a worker creates its Lease before its pods, so each listed pod's Lease is found.
        Set<String> before = retained.copy();
        List<Pod> pods = client.pods()
                .inNamespace(namespace)
                .withLabel(WorkerLabels.MANAGED_BY, WorkerLabels.MANAGER)
                .list()
                .getItems();
        WorkerLease.Workers workers = lease.readAll();
        for (Pod pod : pods) {
            if (!pod.getMetadata().getOwnerReferences().isEmpty()) {
                continue; // the pod belongs to a Job, and is deleted with the Job
            }
            String name = pod.getMetadata().getName();
            String owner = pod.getMetadata().getLabels().getOrDefault(WorkerLabels.WORKER, "");
            boolean isNeeded = owner.equals(worker)
                    ? before.contains(name) || retained.contains(name)
                    : workers.living().contains(owner);
            if (!isNeeded) {
                log.info("Deleting the pod {} of the worker {}: no run uses it", name, owner);
                client.pods()
                        .inNamespace(namespace)
                        .withName(name)
                        .withGracePeriod(1)
                        .delete();
            }
        }
        next.accept(workers.living());
        lease.delete(workers.dead());
    }

    /** Ends the rounds and withdraws this worker's Lease. */
    @Override
    public void close() {
        threads.shutdownNow();
        synchronized (this) { // waits for a round in progress, which may write the Lease again
            closed = true;
        }
        lease.withdraw();
    }
}
