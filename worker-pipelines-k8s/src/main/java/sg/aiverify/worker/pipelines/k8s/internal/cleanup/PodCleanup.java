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
 * Renews this worker's Lease in rounds, and deletes the pods of workers that are dead, and those of this worker that no
 * run uses any more. Thread-safe.
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
     * Prepares the cleanup; {@link #start} starts it.
     *
     * @param connection the namespace of the pods
     * @param lease renewed in each round; withdrawn when the cleanup is closed
     * @param next called at the end of each round with the names of the workers that are alive
     */
    public PodCleanup(ClusterConnection connection, WorkerLease lease, Consumer<Set<String>> next) {
        this.client = connection.client();
        this.namespace = connection.namespace();
        this.worker = connection.worker();
        this.lease = lease;
        this.next = next;
        this.threads = Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("kubernetes-cleanup"));
    }

    /** Starts the rounds, the first one now. */
    public void start() {
        threads.scheduleWithFixedDelay(this::roundOrLog, 0, WorkerLease.ROUND.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Keeps a pod of this worker from being deleted until its run is done with it. */
    public Retention retain(String pod) {
        return retained.add(pod);
    }

    private void roundOrLog() {
        try {
            round();
        } catch (RuntimeException e) {
            log.warn("The pods of dead workers in the namespace {} cannot be deleted now", namespace, e);
        }
    }

    /** Renews this worker's Lease and deletes what nobody uses; throws KubernetesClientException. */
    public synchronized void round() {
        if (closed) {
            return;
        }
        lease.renew();
        // In this order: the worker of a pod in the list had its Lease before the Leases are read.
        Set<String> before = retained.copy();
        List<Pod> pods = client.pods()
                .inNamespace(namespace)
                .withLabel(WorkerLabels.MANAGED_BY, WorkerLabels.MANAGER)
                .list()
                .getItems();
        WorkerLease.Workers workers = lease.look();
        for (Pod pod : pods) {
            if (!pod.getMetadata().getOwnerReferences().isEmpty()) {
                continue; // a Job's, and deleted with it
            }
            String name = pod.getMetadata().getName();
            String owner = pod.getMetadata().getLabels().getOrDefault(WorkerLabels.WORKER, "");
            boolean isNeeded = owner.equals(worker)
                    ? before.contains(name) || retained.contains(name)
                    : workers.living().contains(owner);
            if (!isNeeded) {
                log.info("The pod {} of the worker {} is deleted: no run uses it", name, owner);
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
        synchronized (this) { // a round in progress would write the Lease again
            closed = true;
        }
        lease.withdraw();
    }
}
