package sg.aiverify.worker.failure;

import org.jspecify.annotations.Nullable;

/** The root of everything that this library throws on purpose; its sub-types tell who must act. */
public abstract class WorkerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WorkerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
