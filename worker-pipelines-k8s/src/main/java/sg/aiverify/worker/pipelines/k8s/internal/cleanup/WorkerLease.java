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
 * The Lease that shows that this worker is alive, and what the Leases of the others show. A worker is dead if it has no
 * Lease, if its process was on this machine and has ended, or if its Lease was not renewed for two leases while this
 * worker looked without a break. So clocks need not agree, and no outage of the API server looks like a death.
 * Thread-safe.
 */
public final class WorkerLease {
    /** How often a worker renews its Lease, and looks at the others. */
    static final Duration ROUND = Duration.ofSeconds(10);
    /** How long a renewal is valid. */
    public static final Duration DURATION = ROUND.multipliedBy(3);
    /** The annotation with the process that renews a Lease, see {@link ProcessIdentity}. */
    public static final String PROCESS = "worker.aiverify.sg/process";

    private static final Logger log = LogManager.getLogger(WorkerLease.class);

    private final KubernetesClient client;
    private final String namespace;
    private final String worker;
    private final Clock clock;
    private final Map<String, Renewal> renewals = new HashMap<>();
    private long lastLook;
    private volatile boolean announced;

    /** A renewal, and when it was first seen here. */
    private record Renewal(String time, long seenSince) {}

    /**
     * What the Leases show.
     *
     * @param living the names of the workers that are alive
     * @param dead the names of workers that have a Lease, but are dead
     */
    record Workers(Set<String> living, Set<String> dead) {}

    /**
     * Prepares the Lease; nothing is created.
     *
     * @param connection names the worker, which is also the Lease's name
     * @param clock gives the time of renewals, and measures how long ago they were seen
     */
    public WorkerLease(ClusterConnection connection, Clock clock) {
        this.client = connection.client();
        this.namespace = connection.namespace();
        this.worker = connection.worker();
        this.clock = clock;
    }

    /** Creates this worker's Lease before its first pod is created; does nothing if that was done. */
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

    /** Renews this worker's Lease, or creates it; throws KubernetesClientException. */
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

    /** Looks at the Leases of all workers; throws KubernetesClientException. */
    synchronized Workers look() {
        long now = clock.millis();
        if (now - lastLook > DURATION.toMillis()) {
            renewals.clear(); // a worker that could not be seen may have been alive
        }
        lastLook = now;
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

    /** Deletes the Leases of dead workers; throws KubernetesClientException. */
    void delete(Set<String> dead) {
        dead.forEach(
                name -> client.leases().inNamespace(namespace).withName(name).delete());
    }

    /** Deletes this worker's Lease: what the worker left behind is deleted by the others. */
    void withdraw() {
        if (announced) {
            announced = false;
            try {
                client.leases().inNamespace(namespace).withName(worker).delete();
            } catch (KubernetesClientException e) {
                log.debug("The worker's Lease cannot be deleted; the other workers will find it expired", e);
            }
        }
    }
}
