package sg.aiverify.worker.queue;

/** What became of the wish to report the verdict of a run. */
public enum VerdictClaim {
    /** The claim is this delivery's, and has been since it gained it. */
    KEPT,
    /** The claim is this delivery's from now on: another one may have reported before. */
    GAINED,
    /** Another delivery of the same run has the claim, and may be reporting. */
    TAKEN,
    /** The delivery is another worker's now: it must not report. */
    LOST
}
