package sg.aiverify.worker.python;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Passes on the lines of an output as they arrive. A progress bar overwrites its line after each carriage return. Such
 * a text is passed on at most once a second. If the rest of a line does not arrive within a second, the start is passed
 * on alone. Thread-safe.
 */
final class OutputLines {
    /** A longer line is passed on in pieces. Each piece after the first one has a number. */
    static final int MAX_BYTES = 8 * 1024;

    private static final int MAX_LETTER_BYTES = 4;

    private static final long SHOWN_NANOS = Duration.ofSeconds(1).toNanos();

    private final Consumer<String> onLine;
    private final LongSupplier nanoTime;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private boolean isRewritten;
    /** Whether the line's start was already passed on, since the rest did not arrive in time. */
    private boolean isBegun;

    /** The number of the next piece of the line, from 1. */
    private int part = 1;

    private long waitsSince;
    private @Nullable Long shownAt;

    /**
     * Creates an empty output.
     *
     * @param onLine called with each line, without its end
     * @param nanoTime the time in nanoseconds, such as {@link System#nanoTime}
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
                if (line.size() > 0 || !isBegun) {
                    give();
                }
                begin();
            } else if (to < count) {
                isRewritten = true; // unless a line feed follows
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
        if (line.size() == 0) {
            waitsSince = nanoTime.getAsLong();
        }
        int from = start;
        while (line.size() + end - from > MAX_BYTES) {
            int to = from + Math.max(0, MAX_BYTES - line.size());
            while (to < end && (bytes[to] & 0xC0) == 0x80 && to - from < MAX_BYTES + 3) {
                to++; // does not cut a character that has several bytes
            }
            line.write(bytes, from, to - from);
            give();
            part++;
            from = to;
        }
        line.write(bytes, from, end - from);
    }

    private void rewrite() {
        long now = nanoTime.getAsLong();
        if (line.size() > 0 && (shownAt == null || now - shownAt >= SHOWN_NANOS)) {
            shownAt = now;
            give();
        } else {
            line.reset();
        }
        begin();
    }

    private void begin() {
        isBegun = false;
        part = 1;
    }

    /** Passes on the start of a line whose rest has not arrived for a second, without an incomplete character at its end. */
    synchronized void flushPending() {
        long now = nanoTime.getAsLong();
        if (line.size() == 0 || now - waitsSince < SHOWN_NANOS) {
            return;
        }
        byte[] waiting = line.toByteArray();
        int end = endOfLetters(waiting);
        if (end > 0) {
            line.reset();
            line.write(waiting, 0, end);
            give();
            line.write(waiting, end, waiting.length - end);
            isBegun = true;
            shownAt = now;
        }
        waitsSince = now;
    }

    /** Returns the length of the bytes without an incomplete character at their end. */
    private static int endOfLetters(byte[] bytes) {
        int start = bytes.length - 1;
        while (start > 0 && bytes.length - start < MAX_LETTER_BYTES && (bytes[start] & 0xC0) == 0x80) {
            start--;
        }
        int lead = bytes[start] & 0xFF;
        int length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
        return start + length > bytes.length ? start : bytes.length;
    }

    /** Passes on a last line that has no line feed. */
    synchronized void end() {
        isRewritten = false;
        if (line.size() > 0) {
            give();
        }
        begin();
    }

    private void give() {
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        onLine.accept(part == 1 ? text : "[part " + part + " of the line] " + text);
    }
}
