package sg.aiverify.worker.pipelines.k8s.internal.client;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.WebSocketHandshakeException;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.ServiceUnavailableException;

/** Turns what the client throws into what the worker does about it. */
public final class ApiFailure {
    private ApiFailure() {}

    /**
     * Returns the exception for a request that the API server refused, or did not answer.
     *
     * @param attempted what was tried, to follow "cannot"
     * @param failure what the client threw
     * @return the exception to throw
     */
    public static InfrastructureException of(String attempted, KubernetesClientException failure) {
        int code = codeOf(failure);
        String reason = FailureText.printable(reason(failure));
        if (code == 0 || code == 429 || code >= 500) {
            return new ServiceUnavailableException(
                    "kubernetes",
                    "Kubernetes' API server is away, the worker cannot " + attempted + ": " + reason,
                    failure);
        }
        return new InfrastructureException(
                "The worker cannot " + attempted + ": Kubernetes refuses it (" + code + "): " + reason, failure);
    }

    /**
     * Throws an interruption if a request failed by one. Clears the thread's flag, or the requests that clean up would
     * fail, too.
     *
     * @param attempted what was interrupted, to precede "was interrupted"
     * @param failure what the request threw
     */
    public static void throwIfInterrupted(String attempted, Throwable failure) throws InterruptedException {
        boolean isInterruption = Thread.interrupted();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            isInterruption = isInterruption || cause instanceof InterruptedException;
        }
        if (isInterruption) {
            InterruptedException interrupted = new InterruptedException(attempted + " was interrupted");
            interrupted.initCause(failure);
            throw interrupted;
        }
    }

    /** Returns the HTTP status of the answer; 0 if there was none. */
    public static int codeOf(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof KubernetesClientException answer && answer.getCode() > 0) {
                return answer.getCode();
            }
            if (cause instanceof WebSocketHandshakeException refusal && refusal.getResponse() != null) {
                return refusal.getResponse().code();
            }
        }
        return 0;
    }

    private static String reason(Throwable failure) {
        if (failure instanceof KubernetesClientException answer
                && answer.getStatus() != null
                && answer.getStatus().getMessage() != null) {
            return answer.getStatus().getMessage();
        }
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            if ((cause instanceof IOException || cause instanceof TimeoutException) && cause.getMessage() != null) {
                return Reason.of(cause);
            }
        }
        return Reason.of(failure);
    }
}
