package sg.aiverify.worker.pipelines.k8s.internal.pod;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.PodResource;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.pipelines.k8s.internal.client.ApiFailure;
import sg.aiverify.worker.run.Cancellation;

/**
 * Runs commands in a pod, and retries them if the connection to the pod breaks while the pod still runs. Used by one
 * thread.
 */
final class RetryingPodExec {
    private static final Logger log = LogManager.getLogger(RetryingPodExec.class);
    private static final Duration STATUS_LAG = Duration.ofSeconds(5);
    private static final Set<String> FINAL = Set.of("Failed", "Succeeded");
    private static final Duration PAUSE = Duration.ofSeconds(1);
    // While an API server starts, it may refuse requests that it allows a moment later.
    private static final Duration REFUSALS = Duration.ofSeconds(30);

    private final PodResource resource;
    private final PodWatch watch;
    private final Cancellation cancellation;
    private final Supplier<String> errors;
    private boolean hasWorked;

    /**
     * Creates a runner of commands in a pod.
     *
     * @param resource the pod at the API server
     * @param watch the watch with the latest state of the pod
     * @param cancellation stops the run
     * @param errors returns the end of the run's standard error
     */
    RetryingPodExec(PodResource resource, PodWatch watch, Cancellation cancellation, Supplier<String> errors) {
        this.resource = resource;
        this.watch = watch;
        this.cancellation = cancellation;
        this.errors = errors;
    }

    /** A command that can be run several times. */
    interface Command {
        /** Runs the command, waits for its end and returns its exit code. */
        int run() throws PodExec.BrokenException, InterruptedException;
    }

    /**
     * Runs a command and waits for its end.
     *
     * @param attempted the action of the command; in messages it follows "cannot" and precedes "the pod"
     * @param command the command, which is run again each time the connection breaks
     * @return its exit code
     * @throws StageException if the pod has ended, or was unreachable for {@link PodManifest#UNATTENDED_LIMIT}
     */
    int run(String attempted, Command command) throws InterruptedException {
        long started = System.nanoTime();
        while (true) {
            throwIfCancelled();
            try {
                int code = command.run();
                hasWorked = true;
                return code;
            } catch (PodExec.BrokenException e) {
                throwIfCancelled();
                Duration broken = Duration.ofNanos(System.nanoTime() - started);
                if (e.wasEstablished()) {
                    started = System.nanoTime();
                    broken = Duration.ZERO;
                }
                Optional<StageException> end = reasonToEnd(attempted, e, broken);
                if (end.isPresent()) {
                    throw end.get();
                }
                log.info("The worker cannot {} the pod {}, retrying: {}", attempted, name(), e.getMessage());
            }
        }
    }

    /** Returns the failure if the pod has ended or was unreachable for too long; empty if the command is retried. */
    private Optional<StageException> reasonToEnd(String attempted, PodExec.BrokenException broken, Duration since)
            throws InterruptedException {
        int code = ApiFailure.codeOf(broken);
        if ((code == 401 || code == 403) && (!hasWorked || since.compareTo(REFUSALS) > 0)) {
            return Optional.of(new InfrastructureException(
                    "The worker cannot " + attempted + " its pod: Kubernetes refuses the request (" + code
                            + "): the worker's service account needs the verbs get and create on pods/exec",
                    broken));
        }
        watch.await(pod -> PodFailure.ofEnd(pod).isPresent(), cancellation::isCancelled, PAUSE);
        throwIfCancelled();
        Optional<StageException> ended = PodFailure.ofEnd(watch.latest());
        if (ended.isPresent()) { // Kubernetes reports the end of a container before the reason of its pod
            watch.await(pod -> FINAL.contains(pod.getStatus().getPhase()), cancellation::isCancelled, STATUS_LAG);
            throwIfCancelled();
            return PodFailure.ofEnd(watch.latest()).or(() -> ended);
        }
        boolean isTooLong = since.compareTo(PodManifest.UNATTENDED_LIMIT) > 0;
        try {
            Pod current = resource.get();
            if (watch.isGone() || current == null) {
                return Optional.of(PodFailure.gone());
            }
            return PodFailure.ofEnd(current)
                    .or(() -> isTooLong
                            ? Optional.of(new InfrastructureException(
                                    "The worker cannot " + attempted + " its pod: " + broken.getMessage(), broken))
                            : Optional.empty());
        } catch (KubernetesClientException e) {
            return isTooLong ? Optional.of(ApiFailure.of(attempted + " its pod", e)) : Optional.empty();
        }
    }

    /** Throws if the run is cancelled. */
    void throwIfCancelled() {
        cancellation.reason().ifPresent(why -> {
            throw RunCancelledException.withOutput("the run was stopped: " + why, errors.get());
        });
    }

    private String name() {
        return watch.latest().getMetadata().getName();
    }
}
