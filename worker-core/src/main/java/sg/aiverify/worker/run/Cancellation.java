package sg.aiverify.worker.run;

import static org.apiguardian.api.API.Status.STABLE;

import java.time.Duration;
import java.util.Optional;
import org.apiguardian.api.API;
import sg.aiverify.worker.failure.RunCancelledException;

/** The cancellation of a run. Thread-safe. */
@API(status = STABLE, since = "1.0")
public interface Cancellation {
    /**
     * Returns why the run must stop.
     *
     * @return the first reason; empty while the run may continue
     */
    Optional<CancelReason> reason();

    /**
     * Registers an action that runs when the run is cancelled, in the thread that cancels it. If the run is already
     * cancelled, the action runs at once in the current thread. Actions must be quick and must not throw.
     *
     * @param action the action that stops the work, for example killing a process
     * @return the registration; closing it removes the action
     */
    Registration onCancel(Runnable action);

    /**
     * Waits for a time, or until the run is cancelled.
     *
     * @param duration the longest time to wait
     * @throws RunCancelledException as soon as the run is cancelled
     */
    void sleep(Duration duration);

    /**
     * Returns whether the run must stop.
     *
     * @return true once it is cancelled
     */
    default boolean isCancelled() {
        return reason().isPresent();
    }

    /**
     * Throws if the run is cancelled.
     *
     * @throws RunCancelledException if the run is cancelled
     */
    default void throwIfCancelled() {
        reason().ifPresent(reason -> {
            throw new RunCancelledException("the run was stopped: " + reason);
        });
    }

    /** The registration of an action. */
    interface Registration extends AutoCloseable {
        /** Removes the action; does nothing if it has already run. */
        @Override
        void close();
    }
}
