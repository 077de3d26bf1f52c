package sg.aiverify.worker.queue;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * One delivery of a queue's entry to this worker, held under a lease.
 *
 * @param id the entry's id in the queue
 * @param attempt which delivery of the entry this is, from 1; deliveries that were handed back do not count. Together
 *     with the id it fences: an operation of an earlier delivery has no effect
 * @param payload the task as text, unchecked; of an entry that holds no task, what it holds
 * @param flaw why the entry holds no task; null if it holds one. What has a flaw is only to be given up
 */
@API(status = STABLE, since = "1.0")
public record Delivery(
        String id, int attempt, String payload, @Nullable String flaw) {
    public Delivery {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(payload, "payload");
        if (attempt < 1) {
            throw new IllegalArgumentException("attempt must be at least 1, was " + attempt);
        }
    }

    /**
     * Creates the delivery of a task.
     *
     * @param id the entry's id in the queue
     * @param attempt which delivery of the entry this is, from 1
     * @param payload the task as text, unchecked
     */
    public Delivery(String id, int attempt, String payload) {
        this(id, attempt, payload, null);
    }
}
