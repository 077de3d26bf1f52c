package sg.aiverify.worker.engine;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.CancellationSource;
import sg.aiverify.worker.stage.Demand;

/**
 * Stops an attempt. An attempt has two phases: the work and the report of its error. A time-out stops only the first
 * phase. Any other reason stops both phases. Thread-safe.
 */
final class StopSignal {
    private static final Demand CANCELLED = new Demand(Demand.State.CANCELLED, 0, "cancelled while it ran");

    private @Nullable Thread thread;
    private CancellationSource phase = new CancellationSource();
    private @Nullable CancelReason stoppedFor;
    /** The reason why the result is not needed; null unless the attempt was stopped for this reason. */
    private @Nullable Demand notNeeded;

    private boolean ended;

    /** Binds the attempt to the current thread, which is interrupted when the attempt is stopped. */
    synchronized void begin() {
        thread = Thread.currentThread();
    }

    /** Releases the thread: its interrupt flag is cleared, and nothing interrupts it from now on. */
    synchronized void end() {
        thread = null;
        ended = true;
        Thread.interrupted();
    }

    /** Returns whether the attempt has ended. Only its delivery must then be settled. */
    synchronized boolean hasEnded() {
        return ended;
    }

    /** Returns whether the attempt will report nothing more, since it has ended or both its phases were stopped. */
    synchronized boolean isOver() {
        return ended || stoppedFor != null;
    }

    /** Returns the cancellation of the current phase. */
    synchronized Cancellation phase() {
        return phase;
    }

    /**
     * Returns why the attempt was stopped; empty if it was not. A reason that stops both phases takes precedence over a
     * time-out: a worker that was suspended exceeds a limit first, and then finds that its lease is lost.
     */
    synchronized Optional<CancelReason> reason() {
        return Optional.ofNullable(stoppedFor).or(phase::reason);
    }

    /**
     * Stops the attempt, because its result is not needed. The reason is a cancel, unless the demand states that the
     * run has ended or is unknown.
     */
    void stopNotNeeded(Demand demand) {
        stop(CancelReason.CANCELLED, why(demand));
    }

    /** Records why the result is not needed. The attempt is not interrupted, since it is about to end. */
    synchronized void noteNotNeeded(Demand demand) {
        if (stoppedFor == null) {
            stoppedFor = CancelReason.CANCELLED;
            notNeeded = why(demand);
        }
    }

    private static Demand why(Demand demand) {
        return switch (demand.state()) {
            case OVER -> demand;
            case CANCELLED, NOT_NEEDED, NEEDED, UNKNOWN -> CANCELLED;
        };
    }

    /** Returns why the result is not needed; empty unless the attempt was stopped for this reason. */
    synchronized Optional<String> notNeeded() {
        return Optional.ofNullable(notNeeded).map(Demand::reason);
    }

    /** Returns whether the attempt was stopped by a cancel. */
    synchronized boolean wasCancelled() {
        return notNeeded != null && notNeeded.state() == Demand.State.CANCELLED;
    }

    /** Stops the current phase; for any reason but a time-out, the following one is then stopped, too. */
    void stop(CancelReason reason) {
        stop(
                reason,
                switch (reason) {
                    case CANCELLED -> CANCELLED;
                    case LEASE_LOST, SHUTDOWN, TIMED_OUT -> null;
                });
    }

    private void stop(CancelReason reason, @Nullable Demand why) {
        CancellationSource current;
        synchronized (this) {
            if (stoppedFor != null) {
                return;
            }
            stoppedFor = switch (reason) {
                case TIMED_OUT -> null;
                case CANCELLED, LEASE_LOST, SHUTDOWN -> reason;
            };
            notNeeded = why;
            current = phase;
        }
        if (current.cancel(reason)) {
            interrupt(current);
        }
    }

    // If the attempt has left the phase meanwhile, the report of its error must not be interrupted.
    private synchronized void interrupt(CancellationSource stopped) {
        if (thread != null && phase == stopped) {
            thread.interrupt();
        }
    }

    /** Begins the report of the error. The report is stopped from the start if both phases were stopped before. */
    synchronized Cancellation beginReport() {
        Thread.interrupted();
        phase = new CancellationSource();
        if (stoppedFor != null) {
            phase.cancel(stoppedFor);
        }
        return phase;
    }
}
