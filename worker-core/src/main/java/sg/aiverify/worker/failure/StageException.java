package sg.aiverify.worker.failure;

import org.jspecify.annotations.Nullable;

/** A stage of a run failed; the {@link #kind()} tells who must act. Pipelines throw its sub-types. */
public abstract class StageException extends WorkerException {
    private static final long serialVersionUID = 1L;

    StageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /**
     * Tells who must act.
     *
     * @return the kind of this failure
     */
    public abstract FailureKind kind();
}
