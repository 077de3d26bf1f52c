package sg.aiverify.worker.queue.valkey.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An entry that this worker has taken over.
 *
 * @param entry the entry with its new delivery count
 * @param before the consumer that held the entry before
 * @param idle the time since that consumer's last lease extension
 */
record RecoveredEntry(StreamEntry entry, String before, Duration idle) {
    /** Parses the result of the recovery script. */
    static List<RecoveredEntry> of(@Nullable Object reply) {
        List<RecoveredEntry> entries = new ArrayList<>();
        for (Object each : StreamEntry.list(reply)) {
            List<?> parts = StreamEntry.list(each);
            entries.add(new RecoveredEntry(
                    StreamEntry.of(parts), StreamEntry.text(parts.get(3)), Duration.ofMillis((Long) parts.get(4))));
        }
        return entries;
    }

    /** Returns whether no worker held the entry, since it was waiting for a retry or had been returned to the queue. */
    boolean wasWaiting() {
        return before.equals(ValkeyTaskQueue.WAITING);
    }
}
