package sg.aiverify.worker.run;

import static org.apiguardian.api.API.Status.STABLE;

import java.time.Duration;
import org.apiguardian.api.API;

/**
 * Sets the length of a worker's pauses, so that tests need not wait. With pauses of a millisecond, a worker retries an
 * unavailable service at once, and notices a cancel at once. Implementations must be thread-safe and quick.
 *
 * <p>The limits from settings, the leases of a queue and the pauses of modules do not change.
 */
@FunctionalInterface
@API(status = STABLE, since = "1.0")
public interface Waiting {
    /** Keeps the planned length of every pause. This is the default. */
    Waiting AS_PLANNED = (reason, planned) -> planned;

    /** The purpose of a pause. */
    enum Reason {
        /** The pause before a retry: of a request, a run, an error report, or a call of the queue. */
        RETRY,
        /** The pause between two checks or reports: of new tasks, leases, cancelled runs, or progress. */
        INTERVAL
    }

    /**
     * Returns the length of a pause. The worker calls this immediately before each pause.
     *
     * @param reason the purpose of the pause
     * @param planned the length of the pause in production
     * @return the length of the pause; not negative
     */
    Duration lasts(Reason reason, Duration planned);
}
