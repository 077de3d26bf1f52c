package sg.aiverify.worker.pipelines.k8s;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.time.Clock;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Deletes the pods of workers that are dead, and own ones that no run uses any more. A worker shows that it lives by a
 * Lease of its own, renewed with each round. A pod is swept only if its worker has no Lease, or one whose process was on
 * this machine and is dead, or one that was not renewed for two leases while this worker looked on without a break; so
 * clocks need not agree, and no outage of the API server looks like a death. Thread-safe.
 */
final class PodSweep implements AutoCloseable {
    /** How often a worker renews, and looks around. */
    static final Duration ROUND = Duration.ofSeconds(10);
    /** How long a renewal holds. */
    static final Duration LEASE = ROUND.multipliedBy(3);

    /** The process that renews a Lease, as {@link ProcessMark} names it. */
    static final String PROCESS = "worker.aiverify.sg/process";

    private static final Logger log = LogManager.getLogger(PodSweep.class);

    private final KubernetesClient client;
    private final String namespace;
    private final String worker;
    private final Clock clock;
    private final ScheduledExecutorService threads;
    private final Set<String> inUse = ConcurrentHashMap.newKeySet();
    private final Map<String, Seen> others = new HashMap<>();
    private final List<Consumer<Set<String>>> more = new CopyOnWriteArrayList<>();
    private long lastLook;
    private volatile boolean announced;
    private boolean closed;

    /** When a renewal was first seen here. */
    private record Seen(String renewal, long since) {}

    /**
     * Prepares the sweep; {@link #start} starts it.
     *
     * @param client talks to the API server
     * @param namespace where the pods are
     * @param worker the label of this worker's pods, also its Lease's name
     * @param clock tells when a Lease was renewed, and how long ago it was seen
     * @param threads runs the rounds; shut down with the sweep
     */
    PodSweep(KubernetesClient client, String namespace, String worker, Clock clock, ScheduledExecutorService threads) {
        this.client = client;
        this.namespace = namespace;
        this.worker = worker;
        this.clock = clock;
        this.threads = threads;
    }

    /** Makes the thread for the rounds of one sweep. */
    static ScheduledExecutorService thread() {
        return Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "kubernetes-sweep");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Starts the rounds, the first one now. */
    void start() {
        threads.scheduleWithFixedDelay(this::roundOrLog, 0, ROUND.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Lets somebody else sweep in each round, too; gets the names of the workers that live. */
    void alsoSweep(Consumer<Set<String>> others) {
        more.add(others);
    }

    /** Makes sure that this worker's Lease is there before its first pod is. */
    void announce() throws InterruptedException {
        if (announced) {
            return;
        }
        try {
            renew();
        } catch (KubernetesClientException e) {
            Optional<InterruptedException> interruption = ApiTrouble.interruption("the announcement of a worker", e);
            if (interruption.isPresent()) {
                throw interruption.get();
            }
            throw ApiTrouble.of("write its Lease in the namespace " + namespace, e);
        }
    }

    /** Keeps a pod of this worker from being swept until the run is done with it. */
    Use use(String pod) {
        inUse.add(pod);
        return new Use(pod);
    }

    /** A pod in use. */
    final class Use implements AutoCloseable {
        private final String name;

        private Use(String name) {
            this.name = name;
        }

        String name() {
            return name;
        }

        @Override
        public void close() {
            inUse.remove(name);
        }
    }

    private void roundOrLog() {
        try {
            round();
        } catch (RuntimeException e) {
            log.warn("The pods of dead workers in the namespace {} cannot be swept now", namespace, e);
        }
    }

    /** Renews this worker's Lease and deletes what nobody uses; throws KubernetesClientException. */
    synchronized void round() {
        if (closed) {
            return;
        }
        renew();
        // In this order: whoever has a pod in the first list had its Lease before the second was made.
        Set<String> used = Set.copyOf(inUse);
        List<Pod> pods = client.pods()
                .inNamespace(namespace)
                .withLabel(PodManifest.MANAGED_BY, PodManifest.MANAGER)
                .list()
                .getItems();
        List<Lease> leases = client.leases()
                .inNamespace(namespace)
                .withLabel(PodManifest.MANAGED_BY, PodManifest.MANAGER)
                .list()
                .getItems();
        Set<String> living = living(leases);
        for (Pod pod : pods) {
            if (!pod.getMetadata().getOwnerReferences().isEmpty()) {
                continue; // a Job's, and swept with it
            }
            String name = pod.getMetadata().getName();
            String owner = pod.getMetadata().getLabels().getOrDefault(PodManifest.WORKER, "");
            boolean isWanted =
                    owner.equals(worker) ? used.contains(name) || inUse.contains(name) : living.contains(owner);
            if (!isWanted) {
                log.info("The pod {} of the worker {} is swept", name, owner);
                client.pods()
                        .inNamespace(namespace)
                        .withName(name)
                        .withGracePeriod(1)
                        .delete();
            }
        }
        more.forEach(other -> other.accept(living));
        forgetTheDead(leases, living);
    }

    private Set<String> living(List<Lease> leases) {
        long now = clock.millis();
        if (now - lastLook > LEASE.toMillis()) {
            others.clear(); // whoever could not be seen may have lived
        }
        lastLook = now;
        return leases.stream()
                .filter(lease -> {
                    String name = lease.getMetadata().getName();
                    Map<String, String> notes = lease.getMetadata().getAnnotations();
                    if (notes != null && ProcessMark.isDead(notes.getOrDefault(PROCESS, ""))) {
                        return false;
                    }
                    String renewal = String.valueOf(lease.getSpec().getRenewTime());
                    Seen seen = others.get(name);
                    if (seen == null || !seen.renewal().equals(renewal)) {
                        others.put(name, new Seen(renewal, now));
                        return true;
                    }
                    return now - seen.since() < LEASE.multipliedBy(2).toMillis();
                })
                .map(lease -> lease.getMetadata().getName())
                .collect(Collectors.toSet());
    }

    private void forgetTheDead(List<Lease> leases, Set<String> living) {
        leases.stream()
                .map(lease -> lease.getMetadata().getName())
                .filter(name -> !living.contains(name) && !name.equals(worker))
                .forEach(name ->
                        client.leases().inNamespace(namespace).withName(name).delete());
        Set<String> known =
                leases.stream().map(lease -> lease.getMetadata().getName()).collect(Collectors.toSet());
        others.keySet().retainAll(known);
    }

    private synchronized void renew() {
        Resource<Lease> resource = client.leases().inNamespace(namespace).withName(worker);
        Lease there = resource.get();
        ZonedDateTime now = ZonedDateTime.now(clock);
        if (there == null) {
            client.resource(new LeaseBuilder()
                            .withNewMetadata()
                            .withName(worker)
                            .withNamespace(namespace)
                            .addToLabels(PodManifest.MANAGED_BY, PodManifest.MANAGER)
                            .addToAnnotations(PROCESS, ProcessMark.ofThis())
                            .endMetadata()
                            .withNewSpec()
                            .withHolderIdentity(worker)
                            .withLeaseDurationSeconds((int) LEASE.toSeconds())
                            .withAcquireTime(now)
                            .withRenewTime(now)
                            .endSpec()
                            .build())
                    .create();
        } else {
            Objects.requireNonNull(there.getSpec()).setRenewTime(now);
            client.resource(there).update();
        }
        announced = true;
    }

    /** Ends the rounds and takes this worker's Lease away: what it left behind is for the others to sweep. */
    @Override
    public void close() {
        threads.shutdownNow();
        synchronized (this) { // a round in progress would write the Lease again
            closed = true;
        }
        if (announced) {
            announced = false;
            try {
                client.leases().inNamespace(namespace).withName(worker).delete();
            } catch (KubernetesClientException e) {
                log.debug("The worker's Lease cannot be deleted; the others will find it expired", e);
            }
        }
    }
}
