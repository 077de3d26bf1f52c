package sg.aiverify.worker.failure;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** The root of the exceptions that this library throws intentionally. The sub-types distinguish who must act. */
@API(status = STABLE, since = "1.0")
public abstract class WorkerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WorkerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
