package sg.aiverify.worker.testkit.gateway;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/** Where the gateway puts tasks: the stream's writing side. Thread-safe; what it throws means that the queue is away. */
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
     * Deletes an entry, delivered or not; an unknown id is ignored.
     *
     * @param id what {@link #add} returned
     */
    void delete(String id);
}
