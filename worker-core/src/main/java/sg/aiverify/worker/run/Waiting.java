package sg.aiverify.worker.run;

import static org.apiguardian.api.API.Status.STABLE;

import java.time.Duration;
import org.apiguardian.api.API;

/**
 * Says how long the pauses last that a worker makes by itself, for tests that shall not wait: a worker whose pauses
 * last a millisecond tries a service that is unavailable again at once, and notices a cancel at once. Implementations
 * must be thread-safe and quick.
 *
 * <p>Not asked are limits that settings set, the leases of a queue, and modules about pauses of their own.
 */
@FunctionalInterface
@API(status = STABLE, since = "1.0")
public interface Waiting {
    /** Lets every pause last as long as planned. The default of every worker. */
    Waiting AS_PLANNED = (reason, planned) -> planned;

    /** What a pause is for. */
    enum Reason {
        /** Something failed and is tried again: a service, a run, a report of an error, the queue. */
        RETRY,
        /** Something is looked at, or reported, from time to time: new tasks, leases, cancelled runs, progress. */
        LOOK
    }

    /**
     * Says how long a pause lasts. Called right before each pause.
     *
     * @param reason what the pause is for
     * @param planned how long it lasts in production
     * @return how long it lasts; at least nothing
     */
    Duration lasts(Reason reason, Duration planned);
}
