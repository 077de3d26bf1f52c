package sg.aiverify.worker.run;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.RunCancelledException;

/** A {@link Cancellation} that its owner can cancel. Thread-safe. */
@API(status = EXPERIMENTAL, since = "1.0")
public final class CancellationSource implements Cancellation {
    private static final Logger log = LogManager.getLogger(CancellationSource.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition cancelled = lock.newCondition();
    private final List<Action> actions = new ArrayList<>();
    private @Nullable CancelReason reason;

    /** Creates a source that is not cancelled. */
    public CancellationSource() {}

    /**
     * Cancels the run. Only the first call has an effect.
     *
     * @param why the reason
     * @return true if this call was the first
     */
    public boolean cancel(CancelReason why) {
        Objects.requireNonNull(why, "why");
        List<Action> waiting;
        lock.lock();
        try {
            if (reason != null) {
                return false;
            }
            reason = why;
            cancelled.signalAll();
            waiting = List.copyOf(actions);
            actions.clear();
        } finally {
            lock.unlock();
        }
        waiting.forEach(Action::run);
        return true;
    }

    @Override
    public Optional<CancelReason> reason() {
        lock.lock();
        try {
            return Optional.ofNullable(reason);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Registration onCancel(Runnable action) {
        Action waiting = new Action(action);
        lock.lock();
        try {
            if (reason == null) {
                actions.add(waiting);
                return waiting;
            }
        } finally {
            lock.unlock();
        }
        waiting.run();
        return waiting;
    }

    @Override
    public void sleep(Duration duration) {
        lock.lock();
        try {
            long nanos = duration.toNanos();
            while (reason == null && nanos > 0) {
                nanos = cancelled.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunCancelledException("the run's thread was interrupted", e);
        } finally {
            lock.unlock();
        }
        throwIfCancelled();
    }

    private final class Action implements Registration {
        private final Runnable action;

        Action(Runnable action) {
            this.action = Objects.requireNonNull(action, "action");
        }

        void run() {
            try {
                action.run();
            } catch (RuntimeException e) {
                log.error("Could not stop a part of the run", e);
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                actions.remove(this);
            } finally {
                lock.unlock();
            }
        }
    }
}
