package sg.aiverify.worker.queue;

import java.util.Objects;

/**
 * One delivery of a queue's entry to this worker, held under a lease.
 *
 * @param id the entry's id in the queue
 * @param attempt which delivery of the entry this is, from 1; deliveries that were handed back do not count. Together
 *     with the id it fences: an operation of an earlier delivery has no effect
 * @param payload the task as text, unchecked
 */
public record Delivery(String id, int attempt, String payload) {
    public Delivery {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(payload, "payload");
        if (attempt < 1) {
            throw new IllegalArgumentException("attempt must be at least 1, was " + attempt);
        }
    }
}
