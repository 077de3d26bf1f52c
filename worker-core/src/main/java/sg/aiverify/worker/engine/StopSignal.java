package sg.aiverify.worker.engine;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.CancellationSource;
import sg.aiverify.worker.stage.Demand;

/**
 * Stops an attempt. It has two phases, the work and the report of its error; a time-out ends the first only, any other
 * reason ends both. Thread-safe.
 */
final class StopSignal {
    private static final Demand CANCELLED = new Demand(Demand.State.CANCELLED, 0, "cancelled while it ran");

    private @Nullable Thread thread;
    private CancellationSource phase = new CancellationSource();
    private @Nullable CancelReason stoppedFor;
    /** Why nobody waits for the result any more, where the attempt was stopped for that. */
    private @Nullable Demand notNeeded;

    private boolean ended;

    /** Binds the attempt to this thread, which is interrupted when the attempt is stopped. */
    synchronized void begin() {
        thread = Thread.currentThread();
    }

    /** Frees the thread: from here on nothing interrupts it, and it is not interrupted. */
    synchronized void end() {
        thread = null;
        ended = true;
        Thread.interrupted();
    }

    /** Returns whether the attempt has ended; what is left is to settle its delivery. */
    synchronized boolean hasEnded() {
        return ended;
    }

    /** Returns whether nothing more will be reported: the attempt has ended, or was stopped for good. */
    synchronized boolean isOver() {
        return ended || stoppedFor != null;
    }

    /** Returns the cancellation of the present phase. */
    synchronized Cancellation phase() {
        return phase;
    }

    /**
     * Returns why the attempt was stopped; empty if it was not. What stops it for good counts, even where a limit has
     * stopped the present phase before: a worker that was paused meets its limit first, and then finds its lease lost.
     */
    synchronized Optional<CancelReason> reason() {
        return Optional.ofNullable(stoppedFor).or(phase::reason);
    }

    /** Stops the attempt since nobody waits for its result any more: cancelled, unless the answer says more. */
    void stopNotNeeded(Demand demand) {
        stop(CancelReason.CANCELLED, why(demand));
    }

    /** Notes that nobody waits for the result of an attempt that ends by itself now; it is not interrupted. */
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

    /** Returns why nobody waits for the result any more; empty unless the attempt was stopped for that. */
    synchronized Optional<String> notNeeded() {
        return Optional.ofNullable(notNeeded).map(Demand::reason);
    }

    /** Returns whether the attempt was stopped by a cancel. */
    synchronized boolean wasCancelled() {
        return notNeeded != null && notNeeded.state() == Demand.State.CANCELLED;
    }

    /** Stops what the attempt does now. */
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

    // The attempt may have left the phase by itself meanwhile: the report of its error must not be interrupted.
    private synchronized void interrupt(CancellationSource stopped) {
        if (thread != null && phase == stopped) {
            thread.interrupt();
        }
    }

    /** Begins the report of the error, which is stopped from its start if the attempt was stopped for good. */
    synchronized Cancellation beginReport() {
        Thread.interrupted();
        phase = new CancellationSource();
        if (stoppedFor != null) {
            phase.cancel(stoppedFor);
        }
        return phase;
    }
}
