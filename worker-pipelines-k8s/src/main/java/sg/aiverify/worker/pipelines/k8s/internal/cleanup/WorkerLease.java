package sg.aiverify.worker.pipelines.k8s.internal.cleanup;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.time.Clock;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.pipelines.k8s.internal.client.ApiFailure;
import sg.aiverify.worker.pipelines.k8s.internal.client.ClusterConnection;
import sg.aiverify.worker.pipelines.k8s.internal.client.WorkerLabels;

/**
 * The Lease that shows that this worker is alive, and the state of all workers by their Leases. A worker is dead in
 * these cases: it has no Lease, or its process ran on this machine and has ended, or its Lease was not renewed for two
 * lease durations. This time counts only while this worker reads the Leases regularly. So clocks need not agree, and an
 * outage of the API server does not make a worker look dead. Thread-safe.
 */
public final class WorkerLease {
    /** The period in which a worker renews its Lease and reads the others. */
    static final Duration ROUND = Duration.ofSeconds(10);
    /** The time for which a renewal is valid. */
    public static final Duration DURATION = ROUND.multipliedBy(3);
    /** The annotation with the identity of the process that renews a Lease, see {@link ProcessIdentity}. */
    public static final String PROCESS = "worker.aiverify.sg/process";

    private static final Logger log = LogManager.getLogger(WorkerLease.class);

    private final KubernetesClient client;
    private final String namespace;
    private final String worker;
    private final Clock clock;
    private final Map<String, Renewal> renewals = new HashMap<>();
    private long lastRead;
    private volatile boolean announced;

    /** The time of a renewal, and the time at which this worker first read it. */
    private record Renewal(String time, long seenSince) {}

    /**
     * The state of the workers, by their Leases.
     *
     * @param living the names of the living workers
     * @param dead the names of dead workers that still have a Lease
     */
    record Workers(Set<String> living, Set<String> dead) {}

    /**
     * Prepares the Lease; creates nothing in the cluster.
     *
     * @param connection contains the worker's name, which is also the Lease's name
     * @param clock the source of the time of renewals; also measures the time since they were read
     */
    public WorkerLease(ClusterConnection connection, Clock clock) {
        this.client = connection.client();
        this.namespace = connection.namespace();
        this.worker = connection.worker();
        this.clock = clock;
    }

    /** Creates this worker's Lease before its first pod; does nothing if this worker has created it before. */
    public void announce() throws InterruptedException {
        if (announced) {
            return;
        }
        try {
            renew();
        } catch (KubernetesClientException e) {
            ApiFailure.throwIfInterrupted("the announcement of a worker", e);
            throw ApiFailure.of("write its Lease in the namespace " + namespace, e);
        }
    }

    /** Renews this worker's Lease, or creates it; throws KubernetesClientException if a request fails. */
    synchronized void renew() {
        Resource<Lease> resource = client.leases().inNamespace(namespace).withName(worker);
        Lease existing = resource.get();
        ZonedDateTime now = ZonedDateTime.now(clock);
        if (existing == null) {
            client.resource(new LeaseBuilder()
                            .withNewMetadata()
                            .withName(worker)
                            .withNamespace(namespace)
                            .addToLabels(WorkerLabels.MANAGED_BY, WorkerLabels.MANAGER)
                            .addToAnnotations(PROCESS, ProcessIdentity.ofThis())
                            .endMetadata()
                            .withNewSpec()
                            .withHolderIdentity(worker)
                            .withLeaseDurationSeconds((int) DURATION.toSeconds())
                            .withAcquireTime(now)
                            .withRenewTime(now)
                            .endSpec()
                            .build())
                    .create();
        } else {
            Objects.requireNonNull(existing.getSpec()).setRenewTime(now);
            client.resource(existing).update();
        }
        announced = true;
    }

    /** Reads the Leases of all workers; throws KubernetesClientException if the request fails. */
    synchronized Workers readAll() {
        long now = clock.millis();
        if (now - lastRead > DURATION.toMillis()) {
            renewals.clear(); // the other workers may have renewed their Leases while this worker did not read them
        }
        lastRead = now;
        Set<String> living = new HashSet<>();
        Set<String> dead = new HashSet<>();
        client.leases()
                .inNamespace(namespace)
                .withLabel(WorkerLabels.MANAGED_BY, WorkerLabels.MANAGER)
                .list()
                .getItems()
                .forEach(lease -> (isLiving(lease, now) ? living : dead)
                        .add(lease.getMetadata().getName()));
        renewals.keySet().removeIf(name -> !living.contains(name) && !dead.contains(name));
        dead.remove(worker);
        return new Workers(living, dead);
    }

    private boolean isLiving(Lease lease, long now) {
        String name = lease.getMetadata().getName();
        Map<String, String> annotations = lease.getMetadata().getAnnotations();
        if (annotations != null && ProcessIdentity.isDead(annotations.getOrDefault(PROCESS, ""))) {
            return false;
        }
        String time = String.valueOf(lease.getSpec().getRenewTime());
        Renewal seen = renewals.get(name);
        if (seen == null || !seen.time().equals(time)) {
            renewals.put(name, new Renewal(time, now));
            return true;
        }
        return now - seen.seenSince() < DURATION.multipliedBy(2).toMillis();
    }

    /** Deletes the Leases of dead workers; throws KubernetesClientException if a request fails. */
    void delete(Set<String> dead) {
        dead.forEach(
                name -> client.leases().inNamespace(namespace).withName(name).delete());
    }

    /** Deletes this worker's Lease; other workers then delete its remaining objects. */
    void withdraw() {
        if (announced) {
            announced = false;
            try {
                client.leases().inNamespace(namespace).withName(worker).delete();
            } catch (KubernetesClientException e) {
                log.debug("Could not delete the worker's Lease; it will expire", e);
            }
        }
    }
}
