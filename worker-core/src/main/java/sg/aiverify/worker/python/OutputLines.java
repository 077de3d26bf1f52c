package sg.aiverify.worker.python;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives the lines of an output away as they come. What is written over by a carriage return, as bars of progress are,
 * counts as a line once a second, and so does what has waited for the rest of its line so long. Thread-safe.
 */
final class OutputLines {
    /** What is longer comes in pieces, numbered from the second on. */
    static final int MAX_BYTES = 8 * 1024;

    private static final int MAX_LETTER_BYTES = 4;

    private static final long SHOWN_NANOS = Duration.ofSeconds(1).toNanos();

    private final Consumer<String> onLine;
    private final LongSupplier nanoTime;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private boolean isRewritten;
    /** The line's first part was given away, since its rest did not come. */
    private boolean isBegun;

    /** Which piece of its line comes next, from 1 on. */
    private int part = 1;

    private long waitsSince;
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
                if (line.size() > 0 || !isBegun) {
                    give();
                }
                begin();
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
        if (line.size() == 0) {
            waitsSince = nanoTime.getAsLong();
        }
        int from = start;
        while (line.size() + end - from > MAX_BYTES) {
            int to = from + Math.max(0, MAX_BYTES - line.size());
            while (to < end && (bytes[to] & 0xC0) == 0x80 && to - from < MAX_BYTES + 3) {
                to++; // no letter is cut
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

    /** Gives away what has waited for a second for the rest of its line, but for the start of a letter at its end. */
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

    /** Finds where the letters end of which all bytes are there. */
    private static int endOfLetters(byte[] bytes) {
        int start = bytes.length - 1;
        while (start > 0 && bytes.length - start < MAX_LETTER_BYTES && (bytes[start] & 0xC0) == 0x80) {
            start--;
        }
        int lead = bytes[start] & 0xFF;
        int length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
        return start + length > bytes.length ? start : bytes.length;
    }

    /** Gives away what is left without the end of its line. */
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
