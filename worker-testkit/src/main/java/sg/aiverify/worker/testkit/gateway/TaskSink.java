package sg.aiverify.worker.testkit.gateway;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/**
 * The queue to which the gateway adds tasks: the write side of the stream. Thread-safe. An exception means that the
 * queue is unavailable.
 */
@API(status = STABLE, since = "1.0")
public interface TaskSink {
    /**
     * Adds a task.
     *
     * @param taskJson the task as JSON text
     * @return the entry's id
     */
    String add(String taskJson);

    /**
     * Deletes an entry, whether delivered or not. An unknown id is ignored.
     *
     * @param id the id that {@link #add} returned
     */
    void delete(String id);
}
