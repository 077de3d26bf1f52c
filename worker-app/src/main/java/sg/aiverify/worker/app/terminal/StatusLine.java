package sg.aiverify.worker.app.terminal;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Keeps one line of a terminal for how things are, below everything else that is written there. Thread-safe. */
final class StatusLine {
    private static final String CLEAR = "\r\u001b[K";

    private final PrintStream stream;
    private String shown = "";
    /** What is shown once the line ends that something else has begun. */
    private String next = "";

    private boolean isInLine;
    private boolean closed;

    StatusLine(PrintStream stream) {
        this.stream = stream;
    }

    /** Shows a status in place of the one before. */
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

    /** Takes the status away for good. */
    synchronized void close() {
        closed = true;
        clear();
    }

    /** Takes the status away. */
    synchronized void clear() {
        if (!shown.isEmpty()) {
            stream.print(CLEAR);
            stream.flush();
            shown = "";
        }
    }

    /** Gives the stream for all else, which clears the status first and shows it again below a whole line. */
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
