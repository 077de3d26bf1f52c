package sg.aiverify.worker.pipelines.k8s.internal.job;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.pipelines.k8s.internal.client.WorkerLabels;

/** The Jobs in a namespace. The methods throw KubernetesClientException if a request fails. Thread-safe. */
public final class JobStore {
    private static final Logger log = LogManager.getLogger(JobStore.class);
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;

    private final KubernetesClient client;
    private final String namespace;

    public JobStore(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    public String namespace() {
        return namespace;
    }

    /** Returns all Jobs that workers created. */
    public List<Job> all() {
        return client.batch()
                .v1()
                .jobs()
                .inNamespace(namespace)
                .withLabel(WorkerLabels.MANAGED_BY, WorkerLabels.MANAGER)
                .list()
                .getItems();
    }

    Optional<Job> find(String name) {
        return Optional.ofNullable(
                client.batch().v1().jobs().inNamespace(namespace).withName(name).get());
    }

    /** Creates a Job; returns empty if a Job of this name exists. */
    Optional<Job> create(Job job) {
        try {
            return Optional.of(client.resource(job).create());
        } catch (KubernetesClientException e) {
            if (e.getCode() == CONFLICT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Labels a Job with the name of a worker; returns empty if the Job was deleted or changed in the meantime. */
    public Optional<Job> adopt(Job job, String worker) {
        try {
            return Optional.of(client.batch()
                    .v1()
                    .jobs()
                    .inNamespace(namespace)
                    .withName(job.getMetadata().getName())
                    .edit(current -> new JobBuilder(current)
                            .editMetadata()
                            .addToLabels(WorkerLabels.WORKER, worker)
                            .endMetadata()
                            .build()));
        } catch (KubernetesClientException e) {
            if (e.getCode() == NOT_FOUND || e.getCode() == CONFLICT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Deletes a Job and its pods; returns false, without deleting, if the Job has changed since it was read. */
    public boolean delete(Job job) {
        try {
            client.resource(job)
                    .inNamespace(namespace)
                    .lockResourceVersion(job.getMetadata().getResourceVersion())
                    .delete();
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() == CONFLICT) {
                return false;
            }
            throw e;
        }
    }

    /** Returns whether a Job and its pods are deleted. */
    boolean isGone(Job job) {
        String uid = job.getMetadata().getUid();
        String name = job.getMetadata().getName();
        if (find(name)
                .filter(found -> uid == null || uid.equals(found.getMetadata().getUid()))
                .isPresent()) {
            return false;
        }
        return pods(name).stream().noneMatch(pod -> isOf(pod, uid));
    }

    /** Returns whether a Job of this name, existing or deleted, still has pods. */
    public boolean hasPods(String name) {
        return !pods(name).isEmpty();
    }

    private List<Pod> pods(String name) {
        return client.pods()
                .inNamespace(namespace)
                .withLabel(JobWatch.JOB_NAME, name)
                .list()
                .getItems();
    }

    private static boolean isOf(Pod pod, String uid) {
        return pod.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> owner.getUid().equals(uid));
    }

    /** Starts to follow a Job. */
    JobWatch watch(Job job) {
        return new JobWatch(client, job);
    }

    /** Returns the last warning about a Job; empty if there is no warning, or if the events cannot be read. */
    public Optional<Event> lastWarning(Job job) {
        try {
            return client
                    .v1()
                    .events()
                    .inNamespace(namespace)
                    .withField("involvedObject.uid", job.getMetadata().getUid())
                    .list()
                    .getItems()
                    .stream()
                    .filter(event -> "Warning".equals(event.getType()))
                    .max(Comparator.comparing(event -> String.valueOf(event.getLastTimestamp())));
        } catch (KubernetesClientException e) {
            log.debug("Could not read the events of a Job", e);
            return Optional.empty();
        }
    }
}
