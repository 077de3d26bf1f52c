package sg.aiverify.worker.pipelines.k8s.internal.job;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import sg.aiverify.worker.pipelines.k8s.internal.client.ChangeHandler;

/** Follows one Job and its pod with informers. Thread-safe. */
public final class JobWatch implements AutoCloseable {
    /** The label that Kubernetes adds to a Job's pods. */
    public static final String JOB_NAME = "batch.kubernetes.io/job-name";

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final String uid;
    private final SharedIndexInformer<Job> jobs;
    private final SharedIndexInformer<Pod> pods;
    private JobState state;
    private boolean woken;

    /** Starts to follow an existing Job; throws KubernetesClientException if a request fails. */
    JobWatch(KubernetesClient client, Job job) {
        String namespace = job.getMetadata().getNamespace();
        String name = job.getMetadata().getName();
        this.uid = job.getMetadata().getUid();
        this.state = new JobState(job, false, null, false);
        this.jobs = client.batch()
                .v1()
                .jobs()
                .inNamespace(namespace)
                .withName(name)
                .inform(new ChangeHandler<>(this::isIt, this::job));
        try {
            this.pods = client.pods()
                    .inNamespace(namespace)
                    .withLabel(JOB_NAME, name)
                    .inform(new ChangeHandler<>(this::isItsPod, this::pod));
        } catch (RuntimeException e) {
            jobs.stop();
            throw e;
        }
    }

    /** Returns the latest state of the Job and its pod. */
    JobState state() {
        lock.lock();
        try {
            return state;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the state changes, {@link #wake} is called, or the time has passed. */
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

    /** Ends the wait of {@link #await}. */
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
        change(last -> new JobState(job, isGone, last.pod(), last.podIsGone()));
    }

    private void pod(Pod pod, boolean isGone) {
        change(last -> new JobState(last.job(), last.isGone(), pod, isGone));
    }

    private void change(UnaryOperator<JobState> next) {
        lock.lock();
        try {
            state = next.apply(state);
            wake();
        } finally {
            lock.unlock();
        }
    }
}
