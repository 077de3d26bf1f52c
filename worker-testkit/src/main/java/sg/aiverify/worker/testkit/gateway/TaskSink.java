package sg.aiverify.worker.testkit.gateway;

/** Where the gateway puts tasks: the stream's writing side. Thread-safe; what it throws means that the queue is away. */
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
