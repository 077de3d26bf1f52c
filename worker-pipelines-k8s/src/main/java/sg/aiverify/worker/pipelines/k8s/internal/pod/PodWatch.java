package sg.aiverify.worker.pipelines.k8s.internal.pod;

import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The latest state of one pod, from its creation to its deletion. {@link PodInformer} updates it. Thread-safe. */
public final class PodWatch {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final CopyOnWriteArrayList<Runnable> listeners = new CopyOnWriteArrayList<>();
    private Pod latest;
    private boolean gone;

    /**
     * Creates a watch before its pod is created.
     *
     * @param pod the pod as it will be created
     */
    PodWatch(Pod pod) {
        this.latest = pod;
    }

    /** Returns the latest state of the pod, even after its deletion. */
    Pod latest() {
        return locked(() -> latest);
    }

    /** Returns whether the pod was deleted. */
    boolean isGone() {
        return locked(() -> gone);
    }

    /** Runs an action whenever the pod has changed. The action runs in the thread of the watch and must be quick. */
    void onChange(Runnable action) {
        listeners.add(action);
    }

    /**
     * Waits until the pod fulfils a condition, is deleted, or the wait is stopped.
     *
     * @param condition the condition; tested after every change
     * @param stop returns true to end the wait; called after every change
     * @param timeout the longest wait
     * @return the pod; empty if it does not fulfil the condition
     */
    Optional<Pod> await(Predicate<Pod> condition, BooleanSupplier stop, Duration timeout) throws InterruptedException {
        long left = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (true) {
                if (condition.test(latest)) {
                    return Optional.of(latest);
                }
                if (gone || stop.getAsBoolean() || left <= 0) {
                    return Optional.empty();
                }
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the pod is deleted; returns false if that takes longer than the timeout. */
    boolean awaitGone(Duration timeout) throws InterruptedException {
        await(pod -> false, () -> false, timeout);
        return isGone();
    }

    /** Makes waiting threads check their conditions again. */
    void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Sets the latest state. */
    void seen(Pod pod) {
        change(() -> latest = pod);
    }

    /** Sets the last state of a pod that was deleted. */
    void seenGone(Pod pod) {
        change(() -> {
            latest = pod;
            gone = true;
        });
    }

    private void change(Runnable what) {
        lock.lock();
        try {
            what.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        listeners.forEach(Runnable::run);
    }

    private <T> T locked(Supplier<T> read) {
        lock.lock();
        try {
            return read.get();
        } finally {
            lock.unlock();
        }
    }
}
