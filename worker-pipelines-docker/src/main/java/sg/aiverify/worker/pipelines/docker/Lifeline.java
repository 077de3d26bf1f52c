package sg.aiverify.worker.pipelines.docker;

import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.CountDownLatch;

/** A standard input that gives nothing and ends when it is closed: what reads it knows that this process lives. */
final class Lifeline extends InputStream {
    private final CountDownLatch closed = new CountDownLatch(1);

    @Override
    public int read() throws InterruptedIOException {
        try {
            closed.await();
            return -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws InterruptedIOException {
        return length == 0 ? 0 : read();
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
