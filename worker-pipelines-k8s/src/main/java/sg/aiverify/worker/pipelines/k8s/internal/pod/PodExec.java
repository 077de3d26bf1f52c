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
 * Runs commands in the container of a pod. Kubernetes does not pass on the end of an input, so a command must
 * recognize it in what it reads.
 */
final class PodExec {
    private static final Logger log = LogManager.getLogger(PodExec.class);

    private static final Duration LAST_WORDS = Duration.ofSeconds(2);
    private static final Duration SHORT = Duration.ofSeconds(5);

    private final PodResource pod;
    private final CompletableFuture<Void> stop;

    /**
     * Prepares for commands in a pod.
     *
     * @param pod the pod
     * @param stop completed when commands must end
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

    /** A command did not run to its end: it was stopped or refused, or the connection broke. */
    static final class BrokenException extends Exception {
        private static final long serialVersionUID = 1L;

        private final boolean isEstablished;

        BrokenException(String message, boolean isEstablished, @Nullable Throwable cause) {
            super(message, cause);
            this.isEstablished = isEstablished;
        }

        /** Returns whether the connection lasted for a while. */
        boolean wasEstablished() {
            return isEstablished;
        }
    }

    /**
     * Runs a command to its end.
     *
     * @param limit the time after which the connection is regarded as broken
     * @param input what it reads
     * @param output receives its standard output, and nothing after the return
     * @param errors receives its standard error
     * @param command program and arguments
     * @return its exit code
     * @throws BrokenException if its end was not seen; it may still run
     * @throws UncheckedIOException what writing to {@code output} or {@code errors} threw first; it may still run
     */
    int run(Duration limit, Input input, OutputStream output, OutputStream errors, List<String> command)
            throws BrokenException, InterruptedException {
        long opened = 0;
        // The client only logs what the targets throw, and continues.
        CompletableFuture<IOException> refusal = new CompletableFuture<>();
        try (Closable out = new Closable(output, refusal);
                Closable err = new Closable(errors, refusal);
                ExecWatch exec = pod.inContainer(PodTemplateFile.CONTAINER)
                        .withReadyWaitTimeout(0)
                        .redirectingInput()
                        .writingOutput(out)
                        .writingError(err)
                        .exec(command.toArray(String[]::new))) {
            opened = System.nanoTime();
            CompletableFuture<Void> ended =
                    CompletableFuture.anyOf(stop, refusal, exec.exitCode()).handle((value, problem) -> null);
            CompletableFuture<Void> closing =
                    CompletableFuture.anyOf(stop, refusal).thenRun(() -> close(exec));
            try {
                send(input, exec);
                ended.get(limit.toMillis(), TimeUnit.MILLISECONDS);
                throwIfRefused(refusal);
                if (stop.isDone()) {
                    throw new BrokenException("it was stopped", true, null);
                }
                Integer code = exec.exitCode().get();
                if (code == null || code < 0) { // the server closed the connection, or could not start the command
                    throw new BrokenException("it ended without an exit code", lasted(opened), null);
                }
                if (code > 128) { // as with its container
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
            throwIfRefused(refusal);
            String reason = e instanceof TimeoutException ? "nothing came any more" : e.getMessage();
            throw new BrokenException("the connection to it broke: " + reason, lasted(opened), e);
        }
    }

    private static void throwIfRefused(CompletableFuture<IOException> refusal) {
        if (refusal.isDone()) {
            throw new UncheckedIOException(refusal.join());
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
                exec.exitCode().get(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS); // it had read enough
            } catch (ExecutionException | TimeoutException ignored) {
                throw e;
            } catch (InterruptedException interruption) {
                Thread.currentThread().interrupt();
                throw e;
            }
        }
    }

    /** Refuses what arrives after it is closed: it belongs to no command. */
    private static final class Closable extends OutputStream {
        private final OutputStream target;
        private final CompletableFuture<IOException> refusal;
        private boolean isClosed;

        Closable(OutputStream target, CompletableFuture<IOException> refusal) {
            this.target = target;
            this.refusal = refusal;
        }

        @Override
        public void write(int next) throws IOException {
            write(new byte[] {(byte) next}, 0, 1);
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int count) throws IOException {
            if (isClosed) {
                throw new IOException("the command's output is not wanted any more");
            }
            try {
                target.write(bytes, offset, count);
            } catch (IOException e) {
                isClosed = true; // or the next block would be written after a gap
                refusal.complete(e);
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
            log.debug("The connection to a pod was closed already", e);
        }
    }
}
