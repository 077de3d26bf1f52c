package sg.aiverify.worker.queue.valkey.internal;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * How full the queue is at a moment.
 *
 * @param entries entries in the stream, those that are worked on included
 * @param pending deliveries of the workers' group that are not acknowledged; empty if there is no group
 * @param lag entries that were never delivered; empty if there is no group, or the server cannot tell, as Redis 6.2
 * @param deadLetters entries among the dead letters
 */
public record QueueDepth(long entries, OptionalLong pending, OptionalLong lag, long deadLetters) {
    public QueueDepth {
        Objects.requireNonNull(pending, "pending");
        Objects.requireNonNull(lag, "lag");
    }
}
