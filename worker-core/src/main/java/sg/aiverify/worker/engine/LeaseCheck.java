package sg.aiverify.worker.engine;

/** Asks, right before a verdict is delivered, whether the run is still this worker's. */
@FunctionalInterface
interface LeaseCheck {
    /** The check of a run that nobody else can take. */
    LeaseCheck NOT_LEASED = () -> {};

    /**
     * Goes on only if the run is still this worker's.
     *
     * @throws sg.aiverify.worker.failure.RunCancelledException if it is not; the flight was stopped then
     * @throws sg.aiverify.worker.failure.ServiceAwayException if the queue cannot tell
     */
    void confirm();
}
