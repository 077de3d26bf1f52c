package sg.aiverify.worker.pipelines.k8s;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.dsl.PodResource;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Runs commands in the container of a pod. The end of an input is not passed on by Kubernetes, so commands must know by
 * themselves when they have read enough.
 */
final class PodExec {
    private static final Logger log = LogManager.getLogger(PodExec.class);

    private static final Duration LAST_WORDS = Duration.ofSeconds(2);
    private static final Duration SHORT = Duration.ofSeconds(5);

    private final PodResource pod;
    private final CompletableFuture<Void> stop;

    /**
     * Creates the way to run commands in a pod.
     *
     * @param pod the pod
     * @param stop completes when no command is of use any more
     */
    PodExec(PodResource pod, CompletableFuture<Void> stop) {
        this.pod = pod;
        this.stop = stop;
    }

    /** Gives a command its input; the stream stays open. */
    interface Input {
        /** Gives nothing, and leaves the input open. */
        Input NONE = stream -> {};

        /** Writes the input. */
        void writeTo(OutputStream stream) throws IOException;
    }

    /** A command did not run to its end: it was stopped, the connection broke, or it was refused. */
    static final class BrokenException extends Exception {
        private static final long serialVersionUID = 1L;

        private final boolean isEstablished;

        BrokenException(String message, boolean isEstablished, @Nullable Throwable cause) {
            super(message, cause);
            this.isEstablished = isEstablished;
        }

        /** Tells whether there was a connection to the pod for a while. */
        boolean wasEstablished() {
            return isEstablished;
        }
    }

    /**
     * Runs a command to its end.
     *
     * @param limit after which the connection is taken for dead
     * @param input what it reads
     * @param output gets its standard output, and nothing more after the return
     * @param errors gets its standard error
     * @param command program and arguments
     * @return its exit code
     * @throws BrokenException if it did not come to an end here; it may still run
     * @throws UncheckedIOException what writing to {@code output} or {@code errors} threw first; it may still run
     */
    int run(Duration limit, Input input, OutputStream output, OutputStream errors, List<String> command)
            throws BrokenException, InterruptedException {
        long opened = 0;
        // The client only logs what the targets throw, and goes on without.
        CompletableFuture<IOException> refusal = new CompletableFuture<>();
        try (Closable out = new Closable(output, refusal);
                Closable err = new Closable(errors, refusal);
                ExecWatch exec = pod.inContainer(PodMerge.CONTAINER)
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
                give(input, exec);
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
            Optional<InterruptedException> interruption = ApiTrouble.interruption("a command in a pod", e);
            if (interruption.isPresent()) {
                throw interruption.get();
            }
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

    private static void give(Input input, ExecWatch exec) throws IOException {
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

    /** Takes nothing more once it is closed: what comes late belongs to no command. */
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
                isClosed = true; // or what comes next would be written behind a hole
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
