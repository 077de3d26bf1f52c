package sg.aiverify.worker.engine;

import sg.aiverify.worker.queue.VerdictClaim;

/** Asks, right before a verdict is delivered, whether the run is still this worker's to report. */
@FunctionalInterface
interface LeaseCheck {
    /** The check of a run that nobody else can take. */
    LeaseCheck NOT_LEASED = () -> VerdictClaim.KEPT;

    /**
     * Goes on only if the run is still this worker's.
     *
     * @return whether this delivery of the run may report, or another one has the claim; never
     *     {@link VerdictClaim#LOST}
     * @throws sg.aiverify.worker.failure.RunCancelledException if it is not; the flight was stopped then
     * @throws sg.aiverify.worker.failure.ServiceAwayException if the queue cannot tell
     */
    VerdictClaim confirm();
}
