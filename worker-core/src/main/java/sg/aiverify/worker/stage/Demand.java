package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.Objects;
import org.apiguardian.api.API;

/**
 * Whether the result of a run is still wanted.
 *
 * @param answer the answer
 * @param progress how far the run was reported to be, 0 to 100: a run that is started again goes on from there, so that
 *     whoever watches never sees it fall
 * @param reason why it is not wanted, in some words for the log; empty if it is wanted, or if that is not known
 */
@API(status = STABLE, since = "1.0")
public record Demand(Answer answer, int progress, String reason) {
    /** Somebody waits for it; no progress was reported yet. */
    public static final Demand NEEDED = needed(0);
    /** Somebody cancelled it. */
    public static final Demand CANCELLED = new Demand(Answer.CANCELLED, 0, "already cancelled");
    /** It is not wanted any more, and the module does not know why; {@link #CANCELLED} and {@link #over} say more. */
    public static final Demand NOT_NEEDED = new Demand(Answer.NOT_NEEDED, 0, "not wanted any more");
    /** There is nobody to ask. */
    public static final Demand UNKNOWN = new Demand(Answer.UNKNOWN, 0, "");

    /** The answers. */
    public enum Answer {
        /** Somebody waits for it. */
        NEEDED,
        /** Somebody cancelled the run. */
        CANCELLED,
        /** The run has ended without a cancel, or nobody knows it. */
        OVER,
        /** One of these two; the module does not know which. A run that is in progress counts as cancelled then. */
        NOT_NEEDED,
        /** There is nobody to ask. A run starts then; one whose queue entry is gone counts as cancelled. */
        UNKNOWN
    }

    public Demand {
        Objects.requireNonNull(answer, "answer");
        Objects.requireNonNull(reason, "reason");
    }

    /**
     * The run has ended, or is unknown where it should be known.
     *
     * @param reason which of these, in some words for the log, for example {@code already finished}
     * @return the answer
     */
    public static Demand over(String reason) {
        return new Demand(Answer.OVER, 0, reason);
    }

    /**
     * Somebody waits for it.
     *
     * @param progress how far the run was reported to be, 0 to 100
     * @return the answer
     */
    public static Demand needed(int progress) {
        return new Demand(Answer.NEEDED, progress, "");
    }

    /**
     * Returns whether somebody waits for the result.
     *
     * @return true only if that is known
     */
    public boolean isNeeded() {
        return switch (answer) {
            case NEEDED -> true;
            case CANCELLED, OVER, NOT_NEEDED, UNKNOWN -> false;
        };
    }

    /**
     * Returns whether the run can be dropped.
     *
     * @return true only if that is known
     */
    public boolean isNotNeeded() {
        return switch (answer) {
            case CANCELLED, OVER, NOT_NEEDED -> true;
            case NEEDED, UNKNOWN -> false;
        };
    }
}
