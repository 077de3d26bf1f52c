package sg.aiverify.worker.pipelines.k8s;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.WebSocketHandshakeException;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.ServiceAwayException;

/** Says what an answer of the API server means, or that there is none. */
final class ApiTrouble {
    private ApiTrouble() {}

    /**
     * Turns what the client threw into what the worker does about it.
     *
     * @param attempted what was tried, to follow "cannot"
     * @param trouble what the client threw
     * @return the exception to throw
     */
    static InfrastructureException of(String attempted, KubernetesClientException trouble) {
        int code = codeOf(trouble);
        String reason = FailureText.printable(reason(trouble));
        if (code == 0 || code == 429 || code >= 500) {
            return new ServiceAwayException(
                    "kubernetes",
                    "Kubernetes' API server is away, the worker cannot " + attempted + ": " + reason,
                    trouble);
        }
        return new InfrastructureException(
                "The worker cannot " + attempted + ": Kubernetes refuses it (" + code + "): " + reason, trouble);
    }

    /**
     * Gives the interruption that a request broke off by, if it was one, and clears the thread's flag, or requests to
     * tidy up would break off, too.
     *
     * @param attempted what was interrupted, to precede "was interrupted"
     * @param trouble what the request threw
     */
    static Optional<InterruptedException> interruption(String attempted, Throwable trouble) {
        boolean isInterruption = Thread.interrupted();
        for (Throwable cause = trouble; cause != null; cause = cause.getCause()) {
            isInterruption = isInterruption || cause instanceof InterruptedException;
        }
        if (!isInterruption) {
            return Optional.empty();
        }
        InterruptedException interrupted = new InterruptedException(attempted + " was interrupted");
        interrupted.initCause(trouble);
        return Optional.of(interrupted);
    }

    /** Gives the status of an answer; 0 if there was none. */
    static int codeOf(Throwable trouble) {
        for (Throwable cause = trouble; cause != null; cause = cause.getCause()) {
            if (cause instanceof KubernetesClientException answer && answer.getCode() > 0) {
                return answer.getCode();
            }
            if (cause instanceof WebSocketHandshakeException refusal && refusal.getResponse() != null) {
                return refusal.getResponse().code();
            }
        }
        return 0;
    }

    private static String reason(Throwable trouble) {
        if (trouble instanceof KubernetesClientException answer
                && answer.getStatus() != null
                && answer.getStatus().getMessage() != null) {
            return answer.getStatus().getMessage();
        }
        for (Throwable cause = trouble.getCause(); cause != null; cause = cause.getCause()) {
            if ((cause instanceof IOException || cause instanceof TimeoutException) && cause.getMessage() != null) {
                return Reason.of(cause);
            }
        }
        return Reason.of(trouble);
    }
}
