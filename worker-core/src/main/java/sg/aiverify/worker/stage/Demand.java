package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.Objects;
import org.apiguardian.api.API;

/**
 * Whether the result of a run is still needed.
 *
 * @param state the state
 * @param progress the last reported progress in percent, 0 to 100; a run that is started again continues from this
 *     value, so that users never see its progress fall
 * @param reason a phrase for the log that explains why the result is not needed; empty if it is needed, or if the
 *     state is unknown
 */
@API(status = STABLE, since = "1.0")
public record Demand(State state, int progress, String reason) {
    /** A user waits for the result. No progress was reported yet. */
    public static final Demand NEEDED = needed(0);
    /** A user cancelled the run. */
    public static final Demand CANCELLED = new Demand(State.CANCELLED, 0, "already cancelled");
    /**
     * The result is not needed any more, and the module does not know why. A module that knows the reason returns
     * {@link #CANCELLED} or {@link #over}.
     */
    public static final Demand NOT_NEEDED = new Demand(State.NOT_NEEDED, 0, "already cancelled or finished");
    /** The module cannot find out whether the result is needed. */
    public static final Demand UNKNOWN = new Demand(State.UNKNOWN, 0, "");

    /** The states of a demand. */
    public enum State {
        /** A user waits for the result. */
        NEEDED,
        /** A user cancelled the run. */
        CANCELLED,
        /** The run has already finished, or is unknown. It was not cancelled. */
        OVER,
        /** One of the previous two; the module does not know which. A run in progress counts as cancelled then. */
        NOT_NEEDED,
        /**
         * The module cannot find out. Then a run starts, and a run whose queue entry has disappeared counts as
         * cancelled.
         */
        UNKNOWN
    }

    public Demand {
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(reason, "reason");
    }

    /**
     * Returns the demand for a run that has already finished, or is unknown although it should be known.
     *
     * @param reason a phrase for the log, for example {@code already finished}
     * @return the demand
     */
    public static Demand over(String reason) {
        return new Demand(State.OVER, 0, reason);
    }

    /**
     * Returns the demand for a run whose result a user waits for.
     *
     * @param progress the last reported progress in percent, 0 to 100
     * @return the demand
     */
    public static Demand needed(int progress) {
        return new Demand(State.NEEDED, progress, "");
    }

    /**
     * Returns whether a user waits for the result.
     *
     * @return true only if that is known
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
     * @return true only if that is known
     */
    public boolean isNotNeeded() {
        return switch (state) {
            case CANCELLED, OVER, NOT_NEEDED -> true;
            case NEEDED, UNKNOWN -> false;
        };
    }
}
