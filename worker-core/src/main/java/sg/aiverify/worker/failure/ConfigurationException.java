package sg.aiverify.worker.failure;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** The operator must act: the worker was configured wrongly. Lists every problem found, not only the first. */
@API(status = STABLE, since = "1.0")
public final class ConfigurationException extends WorkerException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception from what is wrong.
     *
     * @param problems one sentence each; at least one
     */
    public ConfigurationException(List<String> problems) {
        this(problems, null);
    }

    /**
     * Creates the exception from what is wrong and what led to it.
     *
     * @param problems one sentence each; at least one
     * @param cause what led to it, for the log
     */
    public ConfigurationException(List<String> problems, @Nullable Throwable cause) {
        super(String.join("\n", problems), cause);
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
