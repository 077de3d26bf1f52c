package sg.aiverify.worker.pipelines.k8s;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.dsl.PodResource;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Runs commands in the container of a pod. The end of an input is not passed on by Kubernetes, so commands must know by
 * themselves when they have read enough.
 */
final class PodExec {
    private static final Logger log = LogManager.getLogger(PodExec.class);

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

        BrokenException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Runs a command to its end.
     *
     * @param input what it reads
     * @param output gets its standard output
     * @param errors gets its standard error
     * @param command program and arguments
     * @return its exit code
     * @throws BrokenException if it did not come to an end here; it may still run
     */
    int run(Input input, OutputStream output, OutputStream errors, String... command)
            throws BrokenException, InterruptedException {
        try (ExecWatch exec = pod.inContainer(PodMerge.CONTAINER)
                .redirectingInput()
                .writingOutput(output)
                .writingError(errors)
                .exec(command)) {
            CompletableFuture<Void> ended =
                    CompletableFuture.anyOf(stop, exec.exitCode()).handle((value, problem) -> null);
            CompletableFuture<Void> closing = stop.thenRun(() -> close(exec));
            try {
                input.writeTo(exec.getInput());
                exec.getInput().flush();
                ended.get();
                if (stop.isDone()) {
                    throw new BrokenException("it was stopped", null);
                }
                return exec.exitCode().get();
            } finally {
                closing.cancel(false);
            }
        } catch (IOException | ExecutionException | CompletionException | KubernetesClientException e) {
            if (Thread.interrupted() || isInterruption(e)) {
                InterruptedException interrupted = new InterruptedException("a command in a pod was interrupted");
                interrupted.initCause(e);
                throw interrupted;
            }
            throw new BrokenException("the connection to it broke: " + e.getMessage(), e);
        }
    }

    private static boolean isInterruption(Throwable trouble) {
        for (Throwable cause = trouble; cause != null; cause = cause.getCause()) {
            if (cause instanceof InterruptedException) {
                return true;
            }
        }
        return false;
    }

    private static void close(ExecWatch exec) {
        try {
            exec.close();
        } catch (RuntimeException e) {
            log.debug("The connection to a pod was closed already", e);
        }
    }
}
