package sg.aiverify.worker.pipelines.k8s.internal.pod;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import sg.aiverify.worker.python.OutputTail;
import sg.aiverify.worker.python.SupervisorOutput;

/** The streams that receive the output of commands in a pod. */
final class PodStreams {
    private PodStreams() {}

    /** Returns a stream that keeps the end of the written data. */
    static OutputStream tail(OutputTail tail) {
        return new Blocks() {
            @Override
            public void write(byte[] bytes, int offset, int count) {
                tail.add(Arrays.copyOfRange(bytes, offset, offset + count), count);
            }
        };
    }

    /** The pod sent more data than it can store. */
    static final class TooLargeException extends IOException {
        private static final long serialVersionUID = 1L;

        TooLargeException(long maxBytes) {
            super("more than " + maxBytes + " bytes were received");
        }
    }

    /**
     * Returns a stream that throws a {@link TooLargeException} if more is written than a pod can store.
     *
     * @param target receives the data; closed with the stream
     * @param maxBytes the largest amount that a pod can store, in bytes
     */
    static OutputStream bounded(OutputStream target, long maxBytes) {
        return new Blocks() {
            private long left = maxBytes;

            @Override
            public void write(byte[] bytes, int offset, int count) throws IOException {
                left -= count;
                if (left < 0) {
                    throw new TooLargeException(maxBytes);
                }
                target.write(bytes, offset, count);
            }

            @Override
            public void close() throws IOException {
                target.close();
            }
        };
    }

    /** Counts the bytes received, so that a new connection can continue after them. */
    static final class Counted extends Blocks {
        private final SupervisorOutput target;
        private long count;

        Counted(SupervisorOutput target) {
            this.target = target;
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            target.write(bytes, offset, length);
            count += length;
        }

        synchronized long count() {
            return count;
        }
    }

    /** A stream that handles blocks of bytes. */
    private abstract static class Blocks extends OutputStream {
        @Override
        public void write(int next) throws IOException {
            write(new byte[] {(byte) next}, 0, 1);
        }

        @Override
        public abstract void write(byte[] bytes, int offset, int count) throws IOException;
    }
}
