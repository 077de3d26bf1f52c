package sg.aiverify.worker.stage;

/** What an algorithm runs in: a virtual environment, an image. Build and execute modules agree on the sub-type. */
public interface Environment {
    /**
     * Names the environment for a log line.
     *
     * @return a few words
     */
    String description();
}
