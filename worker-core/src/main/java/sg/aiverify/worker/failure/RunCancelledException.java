package sg.aiverify.worker.failure;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** The run was stopped from outside. {@link sg.aiverify.worker.run.Cancellation#reason} returns the reason. */
@API(status = STABLE, since = "1.0")
public final class RunCancelledException extends StageException {
    private static final long serialVersionUID = 1L;

    private final String output;

    /**
     * Creates the exception without a cause.
     *
     * @param message the cause of the stop
     */
    public RunCancelledException(String message) {
        this(message, null);
    }

    /**
     * Creates the exception.
     *
     * @param message the cause of the stop
     * @param cause the cause, for the log; may be null
     */
    public RunCancelledException(String message, @Nullable Throwable cause) {
        this(message, cause, "");
    }

    private RunCancelledException(String message, @Nullable Throwable cause, String output) {
        super(message, cause);
        this.output = output;
    }

    /**
     * Creates the exception for a tool or an algorithm that was stopped while it ran.
     *
     * @param message the cause of the stop
     * @param output the end of the output, which shows the last action
     * @return the exception
     */
    public static RunCancelledException withOutput(String message, String output) {
        return new RunCancelledException(message, null, output);
    }

    /**
     * Returns the end of the output that the stopped tool or algorithm wrote.
     *
     * @return the output; empty if it wrote nothing, or if no tool or algorithm was running
     */
    public String output() {
        return output;
    }

    @Override
    public FailureKind kind() {
        return FailureKind.CANCELLED;
    }
}
