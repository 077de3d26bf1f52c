package sg.aiverify.worker.pipelines.docker;

import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.LinkedBlockingQueue;

/** A standard input that ends when it is closed, so that what reads it knows that this process lives. */
final class Lifeline extends InputStream {
    private static final int END = -1;
    private static final int WORD = '\n';
    private final LinkedBlockingQueue<Integer> coming = new LinkedBlockingQueue<>();

    /** Tells the reader to go on. */
    void tell() {
        coming.add(WORD);
    }

    @Override
    public int read() throws InterruptedIOException {
        try {
            int next = coming.take();
            if (next == END) {
                coming.add(END);
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
        coming.add(END);
    }
}
