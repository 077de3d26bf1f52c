package sg.aiverify.worker.python;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.FailureText;

/**
 * Keeps the start and the end of a process's output. The first lines often contain the cause of an error. The end has
 * at most {@value #MAX_BYTES} bytes. Thread-safe.
 */
@API(status = EXPERIMENTAL, since = "1.0")
public final class OutputTail {
    /** The maximum number of bytes that are kept from the end of the output. */
    public static final int MAX_BYTES = 64 * 1024;

    private static final int START_BYTES = 4 * 1024;
    private static final String START_LEFT_OUT = "... (earlier output left out)\n";

    private final byte[] ring = new byte[MAX_BYTES];
    private final byte[] start = new byte[START_BYTES];
    private final OutputLines lines;
    private final @Nullable Path algorithm;
    private final @Nullable Path scripts;
    private long total;
    private long lineEnds;
    private boolean startIsGone;

    /** Creates an empty tail. */
    public OutputTail() {
        this(line -> {});
    }

    /**
     * Creates an empty tail that also passes on each line.
     *
     * @param onLine called with each line, without its end, in the thread that adds it; lines of more than 8 KiB are
     *     passed on in pieces
     */
    public OutputTail(Consumer<String> onLine) {
        this(onLine, null, null);
    }

    /**
     * Creates an empty tail for an algorithm's output. It shortens Python's report of a crash: file names become
     * relative to the algorithm, and the runner is left out.
     *
     * @param onLine called with each line, without its end, in the thread that adds it; lines of more than 8 KiB are
     *     passed on in pieces
     * @param algorithm the directory of the algorithm, as its process sees it; null if unknown
     * @param scripts the directory of runner.py, as the process sees it; null if unknown
     */
    public OutputTail(Consumer<String> onLine, @Nullable Path algorithm, @Nullable Path scripts) {
        FaultDump dump = new FaultDump(algorithm, scripts);
        this.algorithm = algorithm;
        this.scripts = scripts;
        this.lines = new OutputLines(
                line -> dump.cutLine(line, OutputLines.MAX_BYTES).ifPresent(onLine), System::nanoTime);
    }

    /**
     * Adds output.
     *
     * @param bytes a buffer that begins with the output
     * @param count the number of bytes of output in the buffer
     */
    public void add(byte[] bytes, int count) {
        keep(bytes, count);
        lines.add(bytes, count);
    }

    /** Passes on the start of a line whose rest has not arrived for a second, in the calling thread. */
    public void flushPending() {
        lines.flushPending();
    }

    /** Ends the output: passes on the last line if it has no line feed. */
    public void end() {
        lines.end();
    }

    /** Notes that the start of the output is missing. If the rest is too long, only its end is kept. */
    public synchronized void startIsGone() {
        startIsGone = true;
    }

    private synchronized void keep(byte[] bytes, int count) {
        if (total < START_BYTES) {
            System.arraycopy(bytes, 0, start, (int) total, Math.min(count, START_BYTES - (int) total));
        }
        lineEnds += countLineEnds(bytes, 0, count);
        int from = Math.max(0, count - MAX_BYTES);
        total += from;
        while (from < count) {
            int at = (int) (total % MAX_BYTES);
            int length = Math.min(count - from, MAX_BYTES - at);
            System.arraycopy(bytes, from, ring, at, length);
            total += length;
            from += length;
        }
    }

    /**
     * Adds a line of output.
     *
     * @param line the line, without its line feed
     */
    public void addLine(String line) {
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        add(bytes, bytes.length);
    }

    /**
     * Returns the kept part of the output.
     *
     * @return the first lines, a line with the number of omitted lines ({@link FailureText#leftOut}), and the end. The
     *     end begins with a whole line if possible, else its start is marked as cut ({@link FailureText#startIsCut}).
     *     Bytes that are not UTF-8 are replaced by U+FFFD
     */
    public synchronized String text() {
        int length = (int) Math.min(total, MAX_BYTES);
        byte[] kept = new byte[length];
        for (int i = 0; i < length; i++) {
            kept[i] = ring[(int) ((total - length + i) % MAX_BYTES)];
        }
        if (total <= MAX_BYTES) {
            return withoutDump(new String(kept, StandardCharsets.UTF_8));
        }
        int firstLine = nextLine(kept);
        if (firstLine == 0 || firstLine == length) {
            return FailureText.startIsCut(new String(kept, StandardCharsets.UTF_8));
        }
        String end = withoutDump(new String(kept, firstLine, length - firstLine, StandardCharsets.UTF_8));
        return startIsGone
                ? START_LEFT_OUT + end
                : firstLines(total - length + firstLine, countLineEnds(kept, firstLine, length)) + end;
    }

    /** Returns the first lines before the end, and a line with the number of omitted lines between them and the end. */
    private String firstLines(long beginOfEnd, long inEnd) {
        int length = (int) Math.min(beginOfEnd, START_BYTES);
        while (length > 0 && start[length - 1] != '\n') {
            length--;
        }
        String text = new String(start, 0, length, StandardCharsets.UTF_8);
        long leftOut = lineEnds - inEnd - countLineEnds(start, 0, length);
        return withoutDump(text) + (leftOut == 0 ? "" : FailureText.leftOut(leftOut) + "\n");
    }

    /** Returns the position of a text's second line; 0 if the text has no line feed. */
    private static int nextLine(byte[] text) {
        for (int i = 0; i < text.length; i++) {
            if (text[i] == '\n') {
                return i + 1;
            }
        }
        return 0;
    }

    private static long countLineEnds(byte[] text, int from, int to) {
        long count = 0;
        for (int i = from; i < to; i++) {
            count += text[i] == '\n' ? 1 : 0;
        }
        return count;
    }

    private String withoutDump(String text) {
        return new FaultDump(algorithm, scripts).cut(text);
    }
}
