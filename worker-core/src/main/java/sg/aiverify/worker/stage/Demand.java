package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.Objects;
import org.apiguardian.api.API;

/**
 * Whether the result of a run is still needed.
 *
 * @param state whether the result is needed, as far as the module knows
 * @param progress the last reported progress in percent, 0 to 100; a run that is started again continues from this
 *     value, so that users never see its progress fall
 * @param reason a phrase for the log that explains why the result is not needed; empty if the result is needed, or if
 *     this is unknown
 */
@API(status = STABLE, since = "1.0")
public record Demand(State state, int progress, String reason) {
    /** A user is waiting for the result. No progress was reported yet. */
    public static final Demand NEEDED = needed(0);
    /** A user cancelled the run. */
    public static final Demand CANCELLED = new Demand(State.CANCELLED, 0, "already cancelled");
    /**
     * The result is not needed any more, and the module does not know the reason. A module that knows the reason
     * returns {@link #CANCELLED} or {@link #over}.
     */
    public static final Demand NOT_NEEDED = new Demand(State.NOT_NEEDED, 0, "already cancelled or finished");
    /** The module cannot find out whether the result is needed. */
    public static final Demand UNKNOWN = new Demand(State.UNKNOWN, 0, "");

    /** The states of a demand. */
    public enum State {
        /** A user is waiting for the result. */
        NEEDED,
        /** A user cancelled the run. */
        CANCELLED,
        /** The run has already finished, or is unknown. It was not cancelled. */
        OVER,
        /**
         * The run was cancelled, has finished, or is unknown; the module does not know which. A run in progress counts
         * as cancelled.
         */
        NOT_NEEDED,
        /**
         * The module cannot find out whether the result is needed. A new run then starts. A run in progress whose queue
         * entry has disappeared counts as cancelled.
         */
        UNKNOWN
    }

    public Demand {
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(reason, "reason");
    }

    /**
     * Returns the demand for a run that has already finished, or that the gateway should know but does not know.
     *
     * @param reason a phrase for the log, for example {@code already finished}
     * @return the demand
     */
    public static Demand over(String reason) {
        return new Demand(State.OVER, 0, reason);
    }

    /**
     * Returns the demand for a run that a user is waiting for.
     *
     * @param progress the last reported progress in percent, 0 to 100
     * @return the demand
     */
    public static Demand needed(int progress) {
        return new Demand(State.NEEDED, progress, "");
    }

    /**
     * Returns whether a user is waiting for the result.
     *
     * @return true only if the module knows this
     */
    public boolean isNeeded() {
        return switch (state) {
            case NEEDED -> true;
            case CANCELLED, OVER, NOT_NEEDED, UNKNOWN -> false;
        };
    }

    /**
     * Returns whether the run can be skipped or stopped.
     *
     * @return true only if the module knows this
     */
    public boolean isNotNeeded() {
        return switch (state) {
            case CANCELLED, OVER, NOT_NEEDED -> true;
            case NEEDED, UNKNOWN -> false;
        };
    }
}
