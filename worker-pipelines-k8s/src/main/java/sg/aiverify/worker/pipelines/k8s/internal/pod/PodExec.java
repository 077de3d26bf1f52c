package sg.aiverify.worker.pipelines.k8s.internal.pod;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.dsl.PodResource;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.pipelines.k8s.internal.client.ApiFailure;
import sg.aiverify.worker.pipelines.k8s.internal.settings.PodTemplateFile;

/**
 * Runs commands in the container of a pod. Kubernetes does not pass on the end of an input, so a command must detect
 * the end from the data.
 */
final class PodExec {
    private static final Logger log = LogManager.getLogger(PodExec.class);

    private static final Duration LAST_WORDS = Duration.ofSeconds(2);
    private static final Duration SHORT = Duration.ofSeconds(5);

    private final PodResource pod;
    private final CompletableFuture<Void> stop;

    /**
     * Creates a runner of commands in a pod.
     *
     * @param pod the pod
     * @param stop a future that is completed when commands must stop
     */
    PodExec(PodResource pod, CompletableFuture<Void> stop) {
        this.pod = pod;
        this.stop = stop;
    }

    /** Writes the input of a command; the stream stays open. */
    interface Input {
        /** Writes nothing, and leaves the input open. */
        Input NONE = stream -> {};

        /** Writes the input. */
        void writeTo(OutputStream stream) throws IOException;
    }

    /** A command did not end normally: it was stopped or refused, or the connection broke. */
    static final class BrokenException extends Exception {
        private static final long serialVersionUID = 1L;

        private final boolean isEstablished;

        BrokenException(String message, boolean isEstablished, @Nullable Throwable cause) {
            super(message, cause);
            this.isEstablished = isEstablished;
        }

        /** Returns whether the connection lasted for more than 5 s. */
        boolean wasEstablished() {
            return isEstablished;
        }
    }

    /**
     * Runs a command and waits for its end.
     *
     * @param limit the time after which the connection counts as broken
     * @param input the input of the command
     * @param output receives its standard output, but nothing after this method has returned
     * @param errors receives its standard error
     * @param command the program and its arguments
     * @return its exit code
     * @throws BrokenException if the end of the command was not observed; the command may still run
     * @throws UncheckedIOException if writing to {@code output} or {@code errors} failed; the command may still run
     */
    int run(Duration limit, Input input, OutputStream output, OutputStream errors, List<String> command)
            throws BrokenException, InterruptedException {
        long opened = 0;
        // The client only logs exceptions of the streams that it writes to, and continues. So they are kept here.
        CompletableFuture<IOException> writeFailure = new CompletableFuture<>();
        try (Closable out = new Closable(output, writeFailure);
                Closable err = new Closable(errors, writeFailure);
                ExecWatch exec = pod.inContainer(PodTemplateFile.CONTAINER)
                        .withReadyWaitTimeout(0)
                        .redirectingInput()
                        .writingOutput(out)
                        .writingError(err)
                        .exec(command.toArray(String[]::new))) {
            opened = System.nanoTime();
            CompletableFuture<Void> ended =
                    CompletableFuture.anyOf(stop, writeFailure, exec.exitCode()).handle((value, problem) -> null);
            CompletableFuture<Void> closing =
                    CompletableFuture.anyOf(stop, writeFailure).thenRun(() -> close(exec));
            try {
                send(input, exec);
                ended.get(limit.toMillis(), TimeUnit.MILLISECONDS);
                throwIfWriteFailed(writeFailure);
                if (stop.isDone()) {
                    throw new BrokenException("it was stopped", true, null);
                }
                Integer code = exec.exitCode().get();
                if (code == null || code < 0) { // the server closed the connection, or could not start the command
                    throw new BrokenException("it ended without an exit code", lasted(opened), null);
                }
                if (code > 128) { // killed by a signal, for example together with its container
                    throw new BrokenException("it was killed, exit code " + code, lasted(opened), null);
                }
                return code;
            } finally {
                closing.cancel(false);
            }
        } catch (IOException
                | ExecutionException
                | CompletionException
                | TimeoutException
                | KubernetesClientException e) {
            ApiFailure.throwIfInterrupted("a command in a pod", e);
            throwIfWriteFailed(writeFailure);
            String reason = e instanceof TimeoutException ? "no more data was received" : e.getMessage();
            throw new BrokenException("the connection to it broke: " + reason, lasted(opened), e);
        }
    }

    private static void throwIfWriteFailed(CompletableFuture<IOException> writeFailure) {
        if (writeFailure.isDone()) {
            throw new UncheckedIOException(writeFailure.join());
        }
    }

    private static boolean lasted(long opened) {
        return opened != 0 && System.nanoTime() - opened > SHORT.toNanos();
    }

    private static void send(Input input, ExecWatch exec) throws IOException {
        try {
            input.writeTo(exec.getInput());
            exec.getInput().flush();
        } catch (IOException e) {
            try {
                exec.exitCode().get(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS); // fine if the command has ended
            } catch (ExecutionException | TimeoutException ignored) {
                throw e;
            } catch (InterruptedException interruption) {
                Thread.currentThread().interrupt();
                throw e;
            }
        }
    }

    /** Refuses data after it was closed, since the command has ended. */
    private static final class Closable extends OutputStream {
        private final OutputStream target;
        private final CompletableFuture<IOException> writeFailure;
        private boolean isClosed;

        Closable(OutputStream target, CompletableFuture<IOException> writeFailure) {
            this.target = target;
            this.writeFailure = writeFailure;
        }

        @Override
        public void write(int next) throws IOException {
            write(new byte[] {(byte) next}, 0, 1);
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int count) throws IOException {
            if (isClosed) {
                throw new IOException("the command has ended; its output is ignored");
            }
            try {
                target.write(bytes, offset, count);
            } catch (IOException e) {
                isClosed = true; // otherwise the next block would be written after a gap
                writeFailure.complete(e);
                throw e;
            }
        }

        @Override
        public synchronized void close() {
            isClosed = true;
        }
    }

    private static void close(ExecWatch exec) {
        try {
            exec.close();
        } catch (RuntimeException e) {
            log.debug("The connection to a pod was already closed", e);
        }
    }
}
