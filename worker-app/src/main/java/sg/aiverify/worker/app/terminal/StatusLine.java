package sg.aiverify.worker.app.terminal;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** A status line of a terminal, below all other output. Thread-safe. */
final class StatusLine {
    private static final String CLEAR = "\r\u001b[K";

    private final PrintStream stream;
    private String shown = "";
    /** The status, which is shown after the current line of other output has ended. */
    private String next = "";

    private boolean isInLine;
    private boolean closed;

    StatusLine(PrintStream stream) {
        this.stream = stream;
    }

    /** Replaces the status. */
    synchronized void show(String status) {
        String text = status.strip();
        if (closed || text.isEmpty() || text.equals(shown)) {
            return;
        }
        if (isInLine) {
            next = text;
            return;
        }
        stream.print(CLEAR + text);
        stream.flush();
        shown = text;
    }

    /** Removes the status. A later status is not shown. */
    synchronized void close() {
        closed = true;
        clear();
    }

    /** Removes the status. */
    synchronized void clear() {
        if (!shown.isEmpty()) {
            stream.print(CLEAR);
            stream.flush();
            shown = "";
        }
    }

    /**
     * Returns the stream for all other output. This stream removes the status, and shows it again below each complete
     * line.
     */
    PrintStream above() {
        return new PrintStream(
                new OutputStream() {
                    @Override
                    public void write(int next) {
                        write(new byte[] {(byte) next}, 0, 1);
                    }

                    @Override
                    public void write(byte[] bytes, int offset, int count) {
                        synchronized (StatusLine.this) {
                            if (count > 0) {
                                next = isInLine ? next : shown;
                                clear();
                                stream.write(bytes, offset, count);
                                isInLine = bytes[offset + count - 1] != '\n';
                                show(next);
                            }
                        }
                    }

                    @Override
                    public void flush() {
                        stream.flush();
                    }
                },
                true,
                StandardCharsets.UTF_8);
    }
}
