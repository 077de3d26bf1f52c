package sg.aiverify.worker.queue;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * One delivery of a queue's entry to this worker, held under a lease.
 *
 * @param id the entry's id in the queue
 * @param attempt the number of this delivery of the entry, from 1; deliveries that were returned to the queue do not
 *     count. This number and the id together are a fencing token: an operation on an earlier delivery has no effect
 * @param payload the task as text, unchecked; the content of the entry if it does not contain a task
 * @param flaw the reason why the entry contains no task; null if it contains one. A delivery with a flaw can only
 *     become a dead letter
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
     * @param attempt the number of this delivery of the entry, from 1
     * @param payload the task as text, unchecked
     */
    public Delivery(String id, int attempt, String payload) {
        this(id, attempt, payload, null);
    }
}
