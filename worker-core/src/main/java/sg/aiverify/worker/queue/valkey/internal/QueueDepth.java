package sg.aiverify.worker.queue.valkey.internal;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * The numbers of entries in the queue.
 *
 * @param entries entries in the stream, including those in progress
 * @param pending deliveries of the workers' group that are not acknowledged; empty if there is no group
 * @param lag entries that were never delivered; empty if there is no group, or if the server does not report this
 *     number, as Redis 6.2
 * @param deadLetters the number of dead letters
 */
public record QueueDepth(long entries, OptionalLong pending, OptionalLong lag, long deadLetters) {
    public QueueDepth {
        Objects.requireNonNull(pending, "pending");
        Objects.requireNonNull(lag, "lag");
    }
}
