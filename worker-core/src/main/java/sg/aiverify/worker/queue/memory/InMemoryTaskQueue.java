package sg.aiverify.worker.queue.memory;

import static org.apiguardian.api.API.Status.STABLE;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.apiguardian.api.API;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.queue.DeadLetter;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.LeaseState;
import sg.aiverify.worker.queue.ReportRight;
import sg.aiverify.worker.queue.Retry;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.queue.internal.DeadLetterLog;

/**
 * A task queue in memory, for embedders and tests. Its entries are lost when the process ends.
 *
 * <p>Each object is one worker; {@link #join()} adds workers to the same entries. Thread-safe.
 */
@API(status = STABLE, since = "1.0")
public final class InMemoryTaskQueue implements TaskQueue {
    private final InMemoryEntries entries;
    private volatile boolean closed;

    /**
     * Creates an empty queue.
     *
     * @param lease the length of a lease
     * @param clock the clock for leases and retries; a change of the clock has no effect on a wait in progress
     */
    public InMemoryTaskQueue(Duration lease, InstantSource clock) {
        this(new InMemoryEntries(lease, clock));
    }

    /**
     * Creates an empty queue with a monotonic clock.
     *
     * @param lease the length of a lease
     */
    public InMemoryTaskQueue(Duration lease) {
        this(lease, new MonotonicClock());
    }

    private InMemoryTaskQueue(InMemoryEntries entries) {
        this.entries = entries;
    }

    /**
     * Adds a worker that shares the entries of this queue.
     *
     * @return the queue of the other worker
     */
    public InMemoryTaskQueue join() {
        return new InMemoryTaskQueue(entries);
    }

    /**
     * Adds a task.
     *
     * @param payload the task as text
     * @return the id of its entry
     */
    public String submit(String payload) {
        return entries.add(Objects.requireNonNull(payload, "payload"));
    }

    /**
     * Deletes an entry, as the gateway does for a cancelled run. The entry is not redelivered. A worker that holds the
     * entry notices the deletion at the next lease extension.
     *
     * @param id the id of the entry
     * @return true if the entry existed
     */
    public boolean delete(String id) {
        return entries.delete(id);
    }

    /**
     * Counts the entries that a worker can receive now or later.
     *
     * @return the number of new entries and of those that wait for a retry
     */
    public int queued() {
        return entries.count(Predicate.not(InMemoryEntries.Entry::isLeased));
    }

    /**
     * Counts the entries that workers hold.
     *
     * @return the number of leased entries, including those whose lease has expired but that were not redelivered yet
     */
    public int pending() {
        return entries.count(InMemoryEntries.Entry::isLeased);
    }

    /**
     * Lists the dead letters.
     *
     * @return the dead letters, oldest first
     */
    public List<DeadLetter> deadLetters() {
        return entries.deadLetters();
    }

    @Override
    public Duration lease() {
        return entries.lease();
    }

    @Override
    public List<Delivery> receive(int max, Duration wait) throws InterruptedException {
        if (max < 1) {
            throw new IllegalArgumentException("max must be at least 1, was " + max);
        }
        return entries.receive(this, max, wait);
    }

    @Override
    public Map<Delivery, LeaseState> extend(Collection<Delivery> deliveries) {
        checkOpen();
        Map<Delivery, LeaseState> states = new LinkedHashMap<>();
        for (Delivery delivery : deliveries) {
            states.put(delivery, entries.extend(this, delivery));
        }
        return states;
    }

    @Override
    public ReportRight acquireReportRight(Delivery delivery, String runId) {
        checkOpen();
        return entries.acquireReportRight(this, delivery, Objects.requireNonNull(runId, "runId"));
    }

    @Override
    public Set<Delivery> complete(Collection<Delivery> deliveries) {
        return settle(deliveries, delivery -> entries.remove(this, delivery));
    }

    @Override
    public Set<Delivery> handBack(Collection<Delivery> deliveries) {
        return settle(deliveries, delivery -> entries.makeDue(this, delivery, delivery.attempt() - 1, Duration.ZERO));
    }

    @Override
    public Set<Delivery> retryLater(Collection<Retry> retries) {
        checkOpen();
        Set<Delivery> ours = new LinkedHashSet<>();
        for (Retry retry : retries) {
            Delivery delivery = retry.delivery();
            if (entries.makeDue(this, delivery, delivery.attempt(), retry.delay())) {
                ours.add(delivery);
            }
        }
        return ours;
    }

    @Override
    public Set<Delivery> giveUp(Collection<DeadLetter> deadLetters) {
        checkOpen();
        Set<Delivery> ours = new LinkedHashSet<>();
        for (DeadLetter letter : deadLetters) {
            if (entries.giveUp(this, letter)) {
                DeadLetterLog.kept(letter, "in memory");
                ours.add(letter.delivery());
            }
        }
        return ours;
    }

    @Override
    public void close() {
        closed = true;
        entries.wakeUp();
    }

    void checkOpen() {
        if (closed) {
            throw new ServiceUnavailableException(
                    ServiceUnavailableException.QUEUE, "the queue in memory was closed", null);
        }
    }

    private Set<Delivery> settle(Collection<Delivery> deliveries, Predicate<Delivery> operation) {
        checkOpen();
        Set<Delivery> ours = new LinkedHashSet<>();
        for (Delivery delivery : deliveries) {
            if (operation.test(delivery)) {
                ours.add(delivery);
            }
        }
        return ours;
    }
}
