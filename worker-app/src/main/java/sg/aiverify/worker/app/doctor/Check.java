package sg.aiverify.worker.app.doctor;

/** Checks one thing that the worker needs. */
public interface Check {
    /**
     * Returns the name of the check, as the table shows it.
     *
     * @return one or two words
     */
    String name();

    /**
     * Runs the check, within a limited time. Any exception counts as a failed check.
     *
     * @return the finding
     * @throws InterruptedException if the thread is interrupted
     */
    Finding run() throws InterruptedException;
}
