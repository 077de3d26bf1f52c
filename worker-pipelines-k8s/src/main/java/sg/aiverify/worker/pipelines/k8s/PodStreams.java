package sg.aiverify.worker.pipelines.k8s;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import sg.aiverify.worker.python.OutputTail;
import sg.aiverify.worker.python.SupervisorOutput;

/** Where the output of commands in a pod goes. */
final class PodStreams {
    private PodStreams() {}

    /** Makes a stream of which the end is kept. */
    static OutputStream tail(OutputTail tail) {
        return new Blocks() {
            @Override
            public void write(byte[] bytes, int offset, int count) {
                tail.add(Arrays.copyOfRange(bytes, offset, offset + count), count);
            }
        };
    }

    /** More came than a pod can hold. */
    static final class TooLargeException extends IOException {
        private static final long serialVersionUID = 1L;

        TooLargeException(long maxBytes) {
            super("more than " + maxBytes + " bytes came");
        }
    }

    /**
     * Makes a stream that refuses to take more than a pod can hold, with a {@link TooLargeException}.
     *
     * @param target takes the rest; closed with the stream
     * @param maxBytes what a pod can hold
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

    /** Counts what has come, so that it need not come again. */
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

    /** Takes blocks only. */
    private abstract static class Blocks extends OutputStream {
        @Override
        public void write(int next) throws IOException {
            write(new byte[] {(byte) next}, 0, 1);
        }

        @Override
        public abstract void write(byte[] bytes, int offset, int count) throws IOException;
    }
}
