package sg.aiverify.worker.python;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives the lines of an output away as they come. What is written over by a carriage return, as bars of progress are,
 * counts as a line once a second. Thread-safe.
 */
final class OutputLines {
    /** What is longer comes in pieces. */
    static final int MAX_BYTES = 8 * 1024;

    private static final long REWRITTEN_NANOS = Duration.ofSeconds(1).toNanos();

    private final Consumer<String> onLine;
    private final LongSupplier nanoTime;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private boolean isRewritten;
    private @Nullable Long shownAt;

    /**
     * Creates an empty output.
     *
     * @param nanoTime tells the time, as {@link System#nanoTime}
     */
    OutputLines(Consumer<String> onLine, LongSupplier nanoTime) {
        this.onLine = onLine;
        this.nanoTime = nanoTime;
    }

    synchronized void add(byte[] bytes, int count) {
        int from = 0;
        while (from < count) {
            int to = from;
            while (to < count && bytes[to] != '\n' && bytes[to] != '\r') {
                to++;
            }
            append(bytes, from, to);
            if (to < count && bytes[to] == '\n') {
                isRewritten = false;
                give();
            } else if (to < count) {
                isRewritten = true; // or the line ends in both
            }
            from = to + 1;
        }
    }

    private void append(byte[] bytes, int start, int end) {
        if (start == end) {
            return;
        }
        if (isRewritten) {
            isRewritten = false;
            rewrite();
        }
        int from = start;
        while (line.size() + end - from > MAX_BYTES) {
            int to = from + Math.max(0, MAX_BYTES - line.size());
            while (to < end && (bytes[to] & 0xC0) == 0x80 && to - from < MAX_BYTES + 3) {
                to++; // no letter is cut
            }
            line.write(bytes, from, to - from);
            give();
            from = to;
        }
        line.write(bytes, from, end - from);
    }

    private void rewrite() {
        long now = nanoTime.getAsLong();
        if (line.size() > 0 && (shownAt == null || now - shownAt >= REWRITTEN_NANOS)) {
            shownAt = now;
            give();
        } else {
            line.reset();
        }
    }

    /** Gives away what is left without the end of its line. */
    synchronized void end() {
        isRewritten = false;
        if (line.size() > 0) {
            give();
        }
    }

    private void give() {
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        onLine.accept(text);
    }
}
