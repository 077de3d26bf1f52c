package sg.aiverify.worker.pipelines.k8s;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Follows one Job and its pod. Informers list again whenever their watches break, so what is seen here is late at
 * worst, never lost. Thread-safe.
 */
final class JobWatch implements AutoCloseable {
    /** The label that Kubernetes gives to a Job's pods. */
    static final String JOB_NAME = "batch.kubernetes.io/job-name";

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final String uid;
    private final SharedIndexInformer<Job> jobs;
    private final SharedIndexInformer<Pod> pods;
    private View view;
    private boolean woken;

    /**
     * What was seen last.
     *
     * @param job the Job
     * @param isGone whether it was deleted since
     * @param pod its pod; null until there is one; stays when it is gone
     * @param podIsGone whether the pod was deleted since
     */
    record View(Job job, boolean isGone, @Nullable Pod pod, boolean podIsGone) {
        private static final Set<String> ENDS = Set.of("Failed", "Succeeded");

        /** Gives the condition that a Job ends with; those that announce it do not count. */
        Optional<JobCondition> end() {
            return Optional.ofNullable(job.getStatus()).stream()
                    .flatMap(status -> status.getConditions().stream())
                    .filter(condition -> "True".equals(condition.getStatus()))
                    .filter(condition -> "Complete".equals(condition.getType()) || "Failed".equals(condition.getType()))
                    .findFirst();
        }

        /**
         * Tells whether the pod has ended by itself: then the Job will soon. That its container has ended does not
         * suffice: why its pod did is told after that.
         */
        boolean podHasEnded() {
            return pod != null
                    && pod.getStatus() != null
                    && pod.getMetadata().getDeletionTimestamp() == null
                    && ENDS.contains(String.valueOf(pod.getStatus().getPhase()));
        }

        /** Tells whether the pod's container has started at some time. */
        boolean hasStarted() {
            return container()
                    .map(ContainerStatus::getState)
                    .filter(state -> state.getRunning() != null || state.getTerminated() != null)
                    .isPresent();
        }

        /** Tells whether something came to an end. */
        boolean isOver() {
            return isGone || end().isPresent() || podHasEnded();
        }

        /** Tells whether the pod is being deleted, or gone, so that only the Job can tell why. */
        boolean isPodDeleted() {
            return pod != null && (podIsGone || pod.getMetadata().getDeletionTimestamp() != null);
        }

        private Optional<ContainerStatus> container() {
            return Optional.ofNullable(pod).map(Pod::getStatus).stream()
                    .flatMap(status -> status.getContainerStatuses().stream())
                    .filter(status -> PodMerge.CONTAINER.equals(status.getName()))
                    .findFirst();
        }
    }

    private JobWatch(KubernetesClient client, Job job) {
        String namespace = job.getMetadata().getNamespace();
        String name = job.getMetadata().getName();
        this.uid = job.getMetadata().getUid();
        this.view = new View(job, false, null, false);
        this.jobs = client.batch()
                .v1()
                .jobs()
                .inNamespace(namespace)
                .withName(name)
                .inform(new Handler<>(this::isIt, this::job));
        try {
            this.pods = client.pods()
                    .inNamespace(namespace)
                    .withLabel(JOB_NAME, name)
                    .inform(new Handler<>(this::isItsPod, this::pod));
        } catch (RuntimeException e) {
            jobs.stop();
            throw e;
        }
    }

    /** Starts to follow a Job that is there; throws KubernetesClientException if the API server does not answer. */
    static JobWatch of(KubernetesClient client, Job job) {
        return new JobWatch(client, job);
    }

    View view() {
        lock.lock();
        try {
            return view;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until something changes, somebody wakes it, or the time is over. */
    void await(Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (!woken) {
                woken = changed.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
            }
            woken = false;
        } finally {
            lock.unlock();
        }
    }

    /** Lets the one who waits look again. */
    void wake() {
        lock.lock();
        try {
            woken = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        jobs.stop();
        pods.stop();
    }

    private boolean isIt(Job job) {
        return uid == null || uid.equals(job.getMetadata().getUid());
    }

    private boolean isItsPod(Pod pod) {
        return uid == null
                || pod.getMetadata().getOwnerReferences().stream().anyMatch(owner -> uid.equals(owner.getUid()));
    }

    private void job(Job job, boolean isGone) {
        lock.lock();
        try {
            view = new View(job, isGone, view.pod(), view.podIsGone());
        } finally {
            lock.unlock();
        }
        wake();
    }

    private void pod(Pod pod, boolean isGone) {
        lock.lock();
        try {
            view = new View(view.job(), view.isGone(), pod, isGone);
        } finally {
            lock.unlock();
        }
        wake();
    }

    private interface Sight<T> {
        void seen(T resource, boolean isGone);
    }

    private static final class Handler<T extends HasMetadata> implements ResourceEventHandler<T> {
        private final Predicate<T> meant;
        private final Sight<T> sight;

        Handler(Predicate<T> meant, Sight<T> sight) {
            this.meant = meant;
            this.sight = sight;
        }

        private void see(T resource, boolean isGone) {
            if (meant.test(resource)) {
                sight.seen(resource, isGone);
            }
        }

        @Override
        public void onAdd(T resource) {
            see(resource, false);
        }

        @Override
        public void onUpdate(T before, T resource) {
            if (meant.test(resource)) {
                sight.seen(resource, false);
            } else {
                onDelete(before, true); // replaced by another of the same name
            }
        }

        @Override
        public void onDelete(T resource, boolean isUnknown) {
            see(resource, true);
        }
    }
}
