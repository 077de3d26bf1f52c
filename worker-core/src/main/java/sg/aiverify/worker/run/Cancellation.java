package sg.aiverify.worker.run;

import static org.apiguardian.api.API.Status.STABLE;

import java.time.Duration;
import java.util.Optional;
import org.apiguardian.api.API;
import sg.aiverify.worker.failure.RunCancelledException;

/** Tells a run that it must stop. Thread-safe. */
@API(status = STABLE, since = "1.0")
public interface Cancellation {
    /**
     * Tells why the run must stop.
     *
     * @return the first reason given, or empty while the run may go on
     */
    Optional<CancelReason> reason();

    /**
     * Asks to be told once. Runs the action at once, in this thread, if the run must stop already; else in the
     * thread that cancels. Actions must be quick and must not throw.
     *
     * @param action what stops the work, for example killing a process
     * @return closing it withdraws the action
     */
    Registration onCancel(Runnable action);

    /**
     * Waits, but not longer than the run may go on.
     *
     * @param duration how long
     * @throws RunCancelledException if the run must stop, at once when it is told so
     */
    void sleep(Duration duration);

    /**
     * Tells whether the run must stop.
     *
     * @return true once it must
     */
    default boolean isCancelled() {
        return reason().isPresent();
    }

    /**
     * Goes on only if the run may.
     *
     * @throws RunCancelledException if the run must stop
     */
    default void throwIfCancelled() {
        reason().ifPresent(reason -> {
            throw new RunCancelledException("the run was stopped: " + reason);
        });
    }

    /** An action that waits for the cancellation. */
    interface Registration extends AutoCloseable {
        /** Withdraws the action; does nothing if it ran already. */
        @Override
        void close();
    }
}
