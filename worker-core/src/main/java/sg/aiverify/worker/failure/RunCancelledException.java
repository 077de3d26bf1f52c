package sg.aiverify.worker.failure;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** The run was stopped from outside; see the cancellation's reason for why. */
@API(status = STABLE, since = "1.0")
public final class RunCancelledException extends StageException {
    private static final long serialVersionUID = 1L;

    private final String output;

    /**
     * Creates the exception without a cause.
     *
     * @param message what was wrong, what is allowed and where it came from
     */
    public RunCancelledException(String message) {
        this(message, null);
    }

    /**
     * Creates the exception.
     *
     * @param message what was wrong, what is allowed and where it came from
     * @param cause what led to it, for the log
     */
    public RunCancelledException(String message, @Nullable Throwable cause) {
        this(message, cause, "");
    }

    private RunCancelledException(String message, @Nullable Throwable cause, String output) {
        super(message, cause);
        this.output = output;
    }

    /**
     * Creates the exception for a tool or an algorithm that was stopped in its work.
     *
     * @param message what was wrong, what is allowed and where it came from
     * @param output the end of what it wrote, which tells where it was
     * @return the exception
     */
    public static RunCancelledException withOutput(String message, String output) {
        return new RunCancelledException(message, null, output);
    }

    /**
     * Gives the end of what the stopped tool or algorithm wrote.
     *
     * @return empty if it wrote nothing, or if none was at work
     */
    public String output() {
        return output;
    }

    @Override
    public FailureKind kind() {
        return FailureKind.CANCELLED;
    }
}
