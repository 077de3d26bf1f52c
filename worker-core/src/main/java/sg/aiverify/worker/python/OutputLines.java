package sg.aiverify.worker.python;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Cuts output into lines, at most {@value #MAX_LINE_BYTES} bytes of each. Not thread-safe. */
public final class OutputLines {
    /** What is kept of a line. */
    public static final int MAX_LINE_BYTES = 1024 * 1024;

    private static final Logger log = LogManager.getLogger(OutputLines.class);
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Consumer<String> onLine;

    /**
     * Starts with nothing.
     *
     * @param onLine gets each line that is not empty, without its line feed; what it throws is logged
     */
    public OutputLines(Consumer<String> onLine) {
        this.onLine = Objects.requireNonNull(onLine, "onLine");
    }

    /**
     * Adds output.
     *
     * @param output holds it
     * @param count how many of the bytes are output, from the first on
     */
    public void add(byte[] output, int count) {
        for (int i = 0; i < count; i++) {
            if (output[i] == '\n') {
                end();
            } else if (bytes.size() < MAX_LINE_BYTES) {
                bytes.write(output[i]);
            }
        }
    }

    /** Hands over the last line, which has no line feed. */
    public void end() {
        if (bytes.size() > 0) {
            String line = bytes.toString(StandardCharsets.UTF_8);
            bytes.reset();
            try {
                onLine.accept(line);
            } catch (RuntimeException e) {
                log.warn("A line of a process's output was not understood", e);
            }
        }
    }
}
