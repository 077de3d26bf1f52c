package sg.aiverify.worker.python;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import sg.aiverify.worker.failure.FailureText;

/** The end of a process's output, at most {@value #MAX_BYTES} bytes however much comes. Thread-safe. */
public final class OutputTail {
    /** How much is kept. */
    public static final int MAX_BYTES = 64 * 1024;

    private final byte[] ring = new byte[MAX_BYTES];
    private final OutputLines lines;
    private long total;

    /** Creates an empty tail. */
    public OutputTail() {
        this(line -> {});
    }

    /**
     * Creates an empty tail that gives away what comes, too.
     *
     * @param onLine gets each line without its end, in the thread that adds it; of one of more than 8 KiB, pieces
     */
    public OutputTail(Consumer<String> onLine) {
        this.lines = new OutputLines(onLine, System::nanoTime);
    }

    /**
     * Adds output.
     *
     * @param bytes holds it
     * @param count how many of the bytes are output, from the first on
     */
    public void add(byte[] bytes, int count) {
        keep(bytes, count);
        lines.add(bytes, count);
    }

    /** Gives the last line away if it has no end: nothing more comes. */
    public void end() {
        lines.end();
    }

    private synchronized void keep(byte[] bytes, int count) {
        int from = Math.max(0, count - MAX_BYTES);
        total += from;
        for (int i = from; i < count; i++) {
            ring[(int) (total++ % MAX_BYTES)] = bytes[i];
        }
    }

    /**
     * Adds a line of output.
     *
     * @param line text without its line feed
     */
    public void addLine(String line) {
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        add(bytes, bytes.length);
    }

    /**
     * Gives the end of the output.
     *
     * @return UTF-8, what is not replaced by U+FFFD; starts at a whole line where one fits, else its start is marked as
     *     cut ({@link FailureText#startIsCut})
     */
    public synchronized String text() {
        int length = (int) Math.min(total, MAX_BYTES);
        byte[] kept = new byte[length];
        for (int i = 0; i < length; i++) {
            kept[i] = ring[(int) ((total - length + i) % MAX_BYTES)];
        }
        String text = new String(kept, StandardCharsets.UTF_8);
        if (total <= MAX_BYTES) {
            return text;
        }
        int firstLine = text.indexOf('\n') + 1;
        return firstLine > 0 && firstLine < text.length() ? text.substring(firstLine) : FailureText.startIsCut(text);
    }
}
