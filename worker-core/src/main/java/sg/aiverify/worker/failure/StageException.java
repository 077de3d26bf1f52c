package sg.aiverify.worker.failure;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** A stage of a run failed. The {@link #kind()} determines who must act. Modules throw the sub-types. */
@API(status = STABLE, since = "1.0")
public abstract class StageException extends WorkerException {
    private static final long serialVersionUID = 1L;

    StageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /**
     * Returns the kind of this failure, which determines who must act.
     *
     * @return the kind
     */
    public abstract FailureKind kind();
}
