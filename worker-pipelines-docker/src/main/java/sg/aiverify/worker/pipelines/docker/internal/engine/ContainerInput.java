package sg.aiverify.worker.pipelines.docker.internal.engine;

import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.LinkedBlockingQueue;

/** The standard input of a container. It stays open while this process runs. The container ends with its input. */
public final class ContainerInput extends InputStream {
    private static final int END = -1;
    private static final int LINE_END = '\n';
    private final LinkedBlockingQueue<Integer> bytes = new LinkedBlockingQueue<>();

    /** Sends an empty line, the signal for a waiting reader to continue. */
    public void sendLine() {
        bytes.add(LINE_END);
    }

    @Override
    public int read() throws InterruptedIOException {
        try {
            int next = bytes.take();
            if (next == END) {
                bytes.add(END);
            }
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws InterruptedIOException {
        if (length == 0) {
            return 0;
        }
        int next = read();
        if (next == END) {
            return END;
        }
        buffer[offset] = (byte) next;
        return 1;
    }

    @Override
    public void close() {
        bytes.add(END);
    }
}
