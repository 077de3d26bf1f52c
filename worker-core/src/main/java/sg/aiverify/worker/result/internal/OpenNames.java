package sg.aiverify.worker.result.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import sg.aiverify.worker.failure.TaskFailedException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** The names in the open objects of an output. Rejects a duplicate name, and too many names. */
final class OpenNames {
    /** The maximum memory of the names, in bytes. A name is kept until its object ends. */
    static final long MAX_BYTES = 32L * 1024 * 1024;

    private static final int NAME_BYTES = 100;

    private final Deque<Level> levels = new ArrayDeque<>();
    private long bytes;
    private boolean begun;

    private static final class Level {
        private final Set<String> names = new HashSet<>();
        private long bytes;
    }

    /** Processes the parser's current token. */
    void accept(JsonToken token, JsonParser parser) {
        begun = true;
        if (token.isStructStart()) {
            levels.push(new Level());
        } else if (token.isStructEnd()) {
            bytes -= levels.pop().bytes;
        } else if (token == JsonToken.PROPERTY_NAME) {
            add(levels.element(), parser.currentName());
        }
    }

    private void add(Level level, String name) {
        long more = NAME_BYTES + name.length();
        level.bytes += more;
        bytes += more;
        if (bytes > MAX_BYTES) {
            throw new TaskFailedException(
                    "The algorithm's output exceeds a limit: the names of an object and its enclosing objects"
                            + " take more than %d MiB of memory".formatted(MAX_BYTES / 1024 / 1024));
        }
        if (!level.names.add(name)) {
            throw new TaskFailedException(
                    "The algorithm's output is not valid JSON: an object has the name '%s' twice".formatted(name));
        }
    }

    /** Checks whether the whole value has been read. */
    boolean isClosed() {
        return begun && levels.isEmpty();
    }
}
