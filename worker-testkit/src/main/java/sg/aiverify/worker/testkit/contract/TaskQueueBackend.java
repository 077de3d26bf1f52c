package sg.aiverify.worker.testkit.contract;

import static org.apiguardian.api.API.Status.STABLE;

import java.time.Duration;
import java.util.List;
import org.apiguardian.api.API;
import sg.aiverify.worker.queue.TaskQueue;

/** The access of {@link TaskQueueContract} to an implementation of the queue: one queue that several workers share. */
@API(status = STABLE, since = "1.0")
public interface TaskQueueBackend extends AutoCloseable {
    /**
     * Opens the queue for another worker.
     *
     * @return a queue; the suite closes it
     */
    TaskQueue openWorker();

    /**
     * Adds a task, as the gateway does.
     *
     * @param payload the task as text
     * @return the id of its entry
     */
    String submit(String payload);

    /**
     * Adds an entry that is not a task, in the worst form that the queue can contain.
     *
     * @return the id of the entry
     */
    default String submitNoTask() {
        return submit("");
    }

    /**
     * Deletes an entry, as a cancel at the gateway does.
     *
     * @param id the id of the entry
     */
    void delete(String id);

    /**
     * Lets time pass, so that leases expire and retries become due.
     *
     * @param duration the time
     */
    void passTime(Duration duration);

    /**
     * Lists the payloads of the dead letters.
     *
     * @return the payloads, oldest first
     */
    List<String> deadPayloads();

    /** Deletes the queue. */
    @Override
    void close();
}
