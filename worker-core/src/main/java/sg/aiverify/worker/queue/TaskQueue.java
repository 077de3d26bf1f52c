package sg.aiverify.worker.queue;

import static org.apiguardian.api.API.Status.STABLE;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apiguardian.api.API;

/**
 * A queue of tasks with lease semantics: what is received is held for a lease, comes back to the queue when the lease
 * runs out, and leaves it when it is completed or given up. Every operation takes a batch.
 *
 * <p>Implementations are thread-safe. Operations on a delivery that is no longer this worker's have no effect. Every
 * operation throws {@link sg.aiverify.worker.failure.ServiceUnavailableException} when the queue cannot be reached; it may
 * then have happened or not, and may be tried again.
 */
@API(status = STABLE, since = "1.0")
public interface TaskQueue extends AutoCloseable {
    /**
     * Names this worker as the queue knows it, so that both can be told of in the same words.
     *
     * @return a name, always the same; by default one of this process
     */
    default String worker() {
        return "process-" + ProcessHandle.current().pid();
    }

    /**
     * Gives the length of a lease; extend well before it has passed.
     *
     * @return the lease
     */
    Duration lease();

    /**
     * Says where the queue is, for the log.
     *
     * @return some words that can begin or end a sentence; by default that it is the queue
     */
    default String address() {
        return "the queue";
    }

    /**
     * Receives tasks: new ones, those whose worker let the lease run out, and those whose retry is due. An entry that
     * holds no task comes like the others, with its flaw: a queue gives up nothing by itself, so that whoever receives
     * knows of every dead letter.
     *
     * @param max how many at most, at least 1
     * @param wait how long to wait at most while there is none
     * @return what was received, maybe nothing
     * @throws InterruptedException if the thread is interrupted while it waits; nothing is received then. Noticed within
     *     a second
     */
    List<Delivery> receive(int max, Duration wait) throws InterruptedException;

    /**
     * Extends leases by a full lease from now.
     *
     * @param deliveries what to extend
     * @return what became of each
     */
    Map<Delivery, LeaseState> extend(Collection<Delivery> deliveries);

    /**
     * Acquires the right to report a run, and extends the delivery's lease. Of several deliveries of one run, as they
     * come about when a queue's content is written or delivered again, one has the right at a time. It holds it for as
     * long as its lease is extended, and at most a lease longer.
     *
     * @param delivery for which the run is to be reported
     * @param runId the id of the test run
     * @return who has the right
     */
    ReportRight acquireReportRight(Delivery delivery, String runId);

    /**
     * Removes deliveries that are done.
     *
     * @param deliveries what is done
     * @return those that were this worker's, and are gone now
     */
    Set<Delivery> complete(Collection<Delivery> deliveries);

    /**
     * Hands deliveries back at once, for any worker, without spending an attempt. The next delivery of such an entry
     * has the same attempt, so only hand back what nothing works on any more.
     *
     * @param deliveries what to hand back
     * @return those that were this worker's
     */
    Set<Delivery> handBack(Collection<Delivery> deliveries);

    /**
     * Schedules deliveries to be tried again later, by any worker, their attempt spent.
     *
     * @param retries what to try again, and when
     * @return the deliveries that were this worker's
     */
    Set<Delivery> retryLater(Collection<Retry> retries);

    /**
     * Moves deliveries to the dead letters, with the reason.
     *
     * @param deadLetters what to give up
     * @return the deliveries that were this worker's
     */
    Set<Delivery> giveUp(Collection<DeadLetter> deadLetters);

    /**
     * Frees connections; other operations then throw {@link sg.aiverify.worker.failure.ServiceUnavailableException}.
     * Deliveries not yet settled stay leased until their lease runs out.
     */
    @Override
    void close();
}
