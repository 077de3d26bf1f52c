package sg.aiverify.worker.result.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import sg.aiverify.worker.failure.TaskFailedException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** The names in those objects of an output that are not at their end yet: none may come twice, nor too many. */
final class OpenNames {
    /** Of memory: a name is kept until its object ends. */
    static final long MAX_BYTES = 32L * 1024 * 1024;

    private static final int NAME_BYTES = 100;

    private final Deque<Level> levels = new ArrayDeque<>();
    private long bytes;
    private boolean begun;

    private static final class Level {
        private final Set<String> names = new HashSet<>();
        private long bytes;
    }

    /** Takes what the parser has come to. */
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
                    "The algorithm's output goes beyond a limit: an object, with those around it, has so many names that"
                            + " they take more than %d MiB of memory".formatted(MAX_BYTES / 1024 / 1024));
        }
        if (!level.names.add(name)) {
            throw new TaskFailedException(
                    "The algorithm's output is not valid JSON: the name '%s' comes twice in an object".formatted(name));
        }
    }

    /** Tells whether the whole value has been read. */
    boolean isClosed() {
        return begun && levels.isEmpty();
    }
}
