package sg.aiverify.worker.queue;

import static org.apiguardian.api.API.Status.STABLE;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apiguardian.api.API;

/**
 * A queue of tasks with leases. A worker holds a received task for a lease; the task is redelivered when the lease
 * expires. A task leaves the queue when it is completed or becomes a dead letter. Every operation takes a batch.
 *
 * <p>Implementations are thread-safe. Operations on a delivery whose lease is lost have no effect. Every operation
 * throws {@link sg.aiverify.worker.failure.ServiceUnavailableException} if the queue cannot be reached. It is then
 * unknown whether the operation had an effect. The caller can retry it.
 */
@API(status = STABLE, since = "1.0")
public interface TaskQueue extends AutoCloseable {
    /**
     * Returns the name of this worker at the queue, for the log.
     *
     * @return a name that does not change; by default one with the id of this process
     */
    default String worker() {
        return "process-" + ProcessHandle.current().pid();
    }

    /**
     * Returns the length of a lease. Extend a lease well before it expires.
     *
     * @return the lease
     */
    Duration lease();

    /**
     * Returns a description of the queue's address, for the log.
     *
     * @return a text that can begin or end a sentence; by default {@code the queue}
     */
    default String address() {
        return "the queue";
    }

    /**
     * Receives tasks: new ones, those whose lease has expired, and those whose retry is due. An entry without a task is
     * also delivered, with its flaw. A queue does not create dead letters on its own, so the caller knows all of them.
     *
     * @param max the largest number of deliveries, at least 1
     * @param wait the longest time to wait if there is no task
     * @return the deliveries; can be empty
     * @throws InterruptedException if the thread is interrupted while it waits. The interrupt is noticed within a
     *     second, and no task is received
     */
    List<Delivery> receive(int max, Duration wait) throws InterruptedException;

    /**
     * Extends leases by a full lease from now.
     *
     * @param deliveries the deliveries
     * @return the state of each lease
     */
    Map<Delivery, LeaseState> extend(Collection<Delivery> deliveries);

    /**
     * Acquires the right to report a run, and extends the delivery's lease. A run has several deliveries if an entry is
     * written or delivered twice. Only one delivery holds the right at a time. A delivery holds the right as long as
     * its lease is extended, and for at most one more lease.
     *
     * @param delivery the delivery that wants to report
     * @param runId the id of the test run
     * @return the holder of the right
     */
    ReportRight acquireReportRight(Delivery delivery, String runId);

    /**
     * Removes completed deliveries.
     *
     * @param deliveries the completed deliveries
     * @return those whose lease this worker held, and which were removed
     */
    Set<Delivery> complete(Collection<Delivery> deliveries);

    /**
     * Returns deliveries to the queue at once, for any worker. They do not count as attempts. The next delivery of such
     * an entry has the same attempt number, so call this only after the work on the delivery has ended.
     *
     * @param deliveries the deliveries
     * @return those whose lease this worker held
     */
    Set<Delivery> handBack(Collection<Delivery> deliveries);

    /**
     * Schedules deliveries for a later retry by any worker. They count as attempts.
     *
     * @param retries the deliveries, each with its delay
     * @return those whose lease this worker held
     */
    Set<Delivery> retryLater(Collection<Retry> retries);

    /**
     * Moves deliveries to the dead letters, each with its reason.
     *
     * @param deadLetters the deliveries
     * @return those whose lease this worker held, and which are dead letters now
     */
    Set<Delivery> giveUp(Collection<DeadLetter> deadLetters);

    /**
     * Closes connections. Other operations then throw {@link sg.aiverify.worker.failure.ServiceUnavailableException}.
     * Unsettled deliveries stay leased until their leases expire.
     */
    @Override
    void close();
}
