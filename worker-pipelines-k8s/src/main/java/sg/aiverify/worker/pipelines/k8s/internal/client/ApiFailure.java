package sg.aiverify.worker.pipelines.k8s.internal.client;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.WebSocketHandshakeException;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.ServiceUnavailableException;

/** Converts the exceptions of the Kubernetes client to those of the worker. */
public final class ApiFailure {
    private ApiFailure() {}

    /**
     * Returns the exception for a request that the API server refused, or to which it did not respond.
     *
     * @param attempted the attempted action, which follows "cannot" in the message
     * @param failure the exception of the client
     * @return the exception to throw
     */
    public static InfrastructureException of(String attempted, KubernetesClientException failure) {
        int code = codeOf(failure);
        String reason = FailureText.printable(reason(failure));
        if (code == 0 || code == 429 || code >= 500) {
            return new ServiceUnavailableException(
                    "kubernetes",
                    "Kubernetes' API server is unavailable; the worker cannot " + attempted + ": " + reason,
                    failure);
        }
        return new InfrastructureException(
                "The worker cannot " + attempted + ": Kubernetes refuses the request (" + code + "): " + reason,
                failure);
    }

    /**
     * Throws an InterruptedException if a request failed because this thread was interrupted. Clears the thread's
     * interrupt flag, since the requests of the cleanup would also fail otherwise.
     *
     * @param attempted the interrupted action, which precedes "was interrupted" in the message
     * @param failure the exception of the request
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

    /** Returns the HTTP status code of the response; 0 if there was no response. */
    public static int codeOf(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof KubernetesClientException response && response.getCode() > 0) {
                return response.getCode();
            }
            if (cause instanceof WebSocketHandshakeException refusal && refusal.getResponse() != null) {
                return refusal.getResponse().code();
            }
        }
        return 0;
    }

    private static String reason(Throwable failure) {
        if (failure instanceof KubernetesClientException response
                && response.getStatus() != null
                && response.getStatus().getMessage() != null) {
            return response.getStatus().getMessage();
        }
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            if ((cause instanceof IOException || cause instanceof TimeoutException) && cause.getMessage() != null) {
                return Reason.of(cause);
            }
        }
        return Reason.of(failure);
    }
}
