package sg.aiverify.worker.queue.valkey.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An entry that nobody worked on.
 *
 * @param entry the entry, as it is delivered now
 * @param before the consumer that held it
 * @param idle how long that has not shown that it works on it
 */
record RecoveredEntry(StreamEntry entry, String before, Duration idle) {
    /** Reads the answer of the script that recovers. */
    static List<RecoveredEntry> of(@Nullable Object answer) {
        List<RecoveredEntry> entries = new ArrayList<>();
        for (Object each : StreamEntry.list(answer)) {
            List<?> parts = StreamEntry.list(each);
            entries.add(new RecoveredEntry(
                    StreamEntry.of(parts), StreamEntry.text(parts.get(3)), Duration.ofMillis((Long) parts.get(4))));
        }
        return entries;
    }

    /** Tells whether no worker held it: it waited for its next attempt, or was handed back. */
    boolean wasWaiting() {
        return before.equals(ValkeyTaskQueue.WAITING);
    }
}
