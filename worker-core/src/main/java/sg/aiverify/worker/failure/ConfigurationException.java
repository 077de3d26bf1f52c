package sg.aiverify.worker.failure;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** The worker's configuration is wrong, and the operator must fix it. The message lists all problems. */
@API(status = STABLE, since = "1.0")
public final class ConfigurationException extends WorkerException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception without a cause.
     *
     * @param problems one sentence for each problem; at least one
     */
    public ConfigurationException(List<String> problems) {
        this(problems, null);
    }

    /**
     * Creates the exception.
     *
     * @param problems one sentence for each problem; at least one
     * @param cause the cause, for the log; may be null
     */
    public ConfigurationException(List<String> problems, @Nullable Throwable cause) {
        super(String.join("\n", problems), cause);
    }

    /**
     * Creates the exception for a single problem.
     *
     * @param problem one sentence
     */
    public ConfigurationException(String problem) {
        this(List.of(problem));
    }
}
