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
        for (int i = 0; i < count; i++) {
            add(bytes[i]);
        }
    }

    private void add(byte next) {
        if (next == '\n') {
            isRewritten = false;
            give();
            return;
        }
        if (isRewritten) {
            isRewritten = false;
            rewrite();
        }
        if (next == '\r') {
            isRewritten = true; // or the line ends in both
            return;
        }
        boolean isContinued = (next & 0xC0) == 0x80;
        if (line.size() >= MAX_BYTES && !isContinued || line.size() >= MAX_BYTES + 3) {
            give();
        }
        line.write(next);
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
