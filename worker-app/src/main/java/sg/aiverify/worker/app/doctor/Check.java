package sg.aiverify.worker.app.doctor;

/** Looks at one thing that the worker needs. */
public interface Check {
    /**
     * Names what is looked at.
     *
     * @return a word or two
     */
    String name();

    /**
     * Looks. Bounded in time; what it throws counts as a failure.
     *
     * @return what was found
     * @throws InterruptedException if the thread is interrupted
     */
    Finding look() throws InterruptedException;
}
