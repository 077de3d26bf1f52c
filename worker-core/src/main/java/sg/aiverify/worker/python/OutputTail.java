package sg.aiverify.worker.python;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.FailureText;

/** The end of a process's output, at most {@value #MAX_BYTES} bytes however much comes. Thread-safe. */
@API(status = EXPERIMENTAL, since = "1.0")
public final class OutputTail {
    /** How much is kept. */
    public static final int MAX_BYTES = 64 * 1024;

    private final byte[] ring = new byte[MAX_BYTES];
    private final OutputLines lines;
    private final @Nullable Path algorithm;
    private final @Nullable Path scripts;
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
        this(onLine, null, null);
    }

    /**
     * Creates the empty tail of an algorithm's output. In what Python writes when it crashes, names of files are
     * relative to the algorithm, and the runner is left out.
     *
     * @param onLine gets each line without its end, in the thread that adds it; of one of more than 8 KiB, pieces
     * @param algorithm the directory of the algorithm, as its process names it
     * @param scripts the directory of runner.py, likewise
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
     * @param bytes holds it
     * @param count how many of the bytes are output, from the first on
     */
    public void add(byte[] bytes, int count) {
        keep(bytes, count);
        lines.add(bytes, count);
    }

    /** Gives away what has waited for the rest of its line for a second, in the thread that calls this. */
    public void giveWaiting() {
        lines.giveWaiting();
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
            return withoutDump(text);
        }
        int firstLine = text.indexOf('\n') + 1;
        return firstLine > 0 && firstLine < text.length()
                ? withoutDump(text.substring(firstLine))
                : FailureText.startIsCut(text);
    }

    private String withoutDump(String text) {
        return new FaultDump(algorithm, scripts).cut(text);
    }
}
