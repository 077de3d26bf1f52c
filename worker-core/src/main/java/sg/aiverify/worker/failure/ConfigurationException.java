package sg.aiverify.worker.failure;

import java.util.List;

/** The operator must act: the worker was configured wrongly. Lists every problem found, not only the first. */
public final class ConfigurationException extends WorkerException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception from what is wrong.
     *
     * @param problems one sentence each; at least one
     */
    public ConfigurationException(List<String> problems) {
        super(String.join("\n", problems), null);
    }

    /**
     * Creates the exception from the one thing that is wrong.
     *
     * @param problem one sentence
     */
    public ConfigurationException(String problem) {
        this(List.of(problem));
    }
}
