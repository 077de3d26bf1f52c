package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/**
 * Whether the result of a run is still wanted.
 *
 * @param answer the answer
 * @param progress how far the run was told to be, 0 to 100: a run that is started again goes on from there, so that
 *     whoever watches never sees it fall
 * @param reason why it is not wanted, in some words for the log
 */
@API(status = STABLE, since = "1.0")
public record Demand(Answer answer, int progress, String reason) {
    /** Somebody waits for it; no progress was told yet. */
    public static final Demand WANTED = wanted(0);
    /** Somebody cancelled it. */
    public static final Demand CANCELLED = notWanted("already cancelled");
    /** The run was cancelled, has ended or is unknown; {@link #notWanted} says which. */
    public static final Demand NOT_WANTED = notWanted("not wanted any more");
    /** There is nobody to ask. */
    public static final Demand UNKNOWN = new Demand(Answer.UNKNOWN, 0);

    /** The answers. */
    public enum Answer {
        /** Somebody waits for it. */
        WANTED,
        /** The run was cancelled, has ended or is unknown. */
        NOT_WANTED,
        /** There is nobody to ask. */
        UNKNOWN
    }

    /**
     * Creates an answer without a reason.
     *
     * @param answer the answer
     * @param progress how far the run was told to be, 0 to 100
     */
    public Demand(Answer answer, int progress) {
        this(answer, progress, "");
    }

    /**
     * The run was cancelled, has ended or is unknown.
     *
     * @param reason which of these, in some words for the log, for example {@code already finished}
     * @return the answer
     */
    public static Demand notWanted(String reason) {
        return new Demand(Answer.NOT_WANTED, 0, reason);
    }

    /**
     * Somebody waits for it.
     *
     * @param progress how far the run was told to be, 0 to 100
     * @return the answer
     */
    public static Demand wanted(int progress) {
        return new Demand(Answer.WANTED, progress);
    }

    /**
     * Tells whether somebody waits for the result.
     *
     * @return true only if that is known
     */
    public boolean isWanted() {
        return answer == Answer.WANTED;
    }

    /**
     * Tells whether the run can be dropped.
     *
     * @return true only if that is known
     */
    public boolean isNotWanted() {
        return answer == Answer.NOT_WANTED;
    }
}
