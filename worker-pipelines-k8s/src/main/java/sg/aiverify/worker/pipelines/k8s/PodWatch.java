package sg.aiverify.worker.pipelines.k8s;

import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Follows one pod from its creation to its deletion, as {@link WorkerPods} sees it. Thread-safe. */
final class PodWatch {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final CopyOnWriteArrayList<Runnable> listeners = new CopyOnWriteArrayList<>();
    private Pod latest;
    private boolean gone;

    /**
     * Starts with the pod that is about to be created.
     *
     * @param wanted what is asked for
     */
    PodWatch(Pod wanted) {
        this.latest = wanted;
    }

    /** Gives the pod as it was seen last; that stays so when it is gone. */
    Pod latest() {
        return locked(() -> latest);
    }

    /** Tells whether the pod was deleted. */
    boolean isGone() {
        return locked(() -> gone);
    }

    /** Runs an action, in the thread of the watch, whenever the pod has changed; it must be quick. */
    void onChange(Runnable action) {
        listeners.add(action);
    }

    /**
     * Waits until the pod is as wanted, is gone, or the waiting is cut short.
     *
     * @param wanted asked again with every change
     * @param stop asked as often
     * @param timeout how long at most
     * @return the pod if it is as wanted
     */
    Optional<Pod> await(Predicate<Pod> wanted, BooleanSupplier stop, Duration timeout) throws InterruptedException {
        long left = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (true) {
                if (wanted.test(latest)) {
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

    /** Waits until the pod is gone; returns false if it is not within the time. */
    boolean awaitGone(Duration timeout) throws InterruptedException {
        await(pod -> false, () -> false, timeout);
        return isGone();
    }

    /** Lets those who wait look again. */
    void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Takes the pod as it is now. */
    void seen(Pod pod) {
        change(() -> latest = pod);
    }

    /** Takes the pod as it was at last. */
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
