package sg.aiverify.worker.pipelines.k8s;

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
import sg.aiverify.worker.run.Cancellation;

/**
 * Runs commands in a pod, and runs them again while the connection to the pod is broken but the pod itself is not. Used
 * by one thread.
 */
final class PodCommands {
    private static final Logger log = LogManager.getLogger(PodCommands.class);
    private static final Duration STATUS_LAG = Duration.ofSeconds(5);
    private static final Set<String> FINAL = Set.of("Failed", "Succeeded");
    private static final Duration PAUSE = Duration.ofSeconds(1);
    // An API server that comes up may refuse what it will allow in a moment.
    private static final Duration REFUSALS = Duration.ofSeconds(30);

    private final PodResource resource;
    private final PodWatch watch;
    private final Cancellation cancellation;
    private final Supplier<String> errors;
    private boolean hasWorked;

    /**
     * Prepares for commands in a pod.
     *
     * @param resource the pod at the API server
     * @param watch shows what becomes of it
     * @param cancellation stops the run
     * @param errors gives the end of what the run wrote to its standard error
     */
    PodCommands(PodResource resource, PodWatch watch, Cancellation cancellation, Supplier<String> errors) {
        this.resource = resource;
        this.watch = watch;
        this.cancellation = cancellation;
        this.errors = errors;
    }

    /** One attempt at a command. */
    interface Attempt {
        /** Runs it to its end and gives its exit code. */
        int run() throws PodExec.BrokenException, InterruptedException;
    }

    /**
     * Runs a command to its end.
     *
     * @param attempted what it does, to follow "cannot", with the pod to follow
     * @param command asked again after each break
     * @return its exit code
     * @throws StageException if the pod has ended, or cannot be reached for as long as it lives without its worker
     */
    int run(String attempted, Attempt command) throws InterruptedException {
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
                log.info("The worker cannot {} the pod {} now: {}", attempted, name(), e.getMessage());
            }
        }
    }

    /** Finds out whether a command broke off for good: by the pod's end, or because it has been broken for too long. */
    private Optional<StageException> reasonToEnd(String attempted, PodExec.BrokenException broken, Duration since)
            throws InterruptedException {
        int code = ApiTrouble.codeOf(broken);
        if ((code == 401 || code == 403) && (!hasWorked || since.compareTo(REFUSALS) > 0)) {
            return Optional.of(new InfrastructureException(
                    "The worker cannot " + attempted + " its pod: Kubernetes refuses it (" + code
                            + "): its service account needs the verbs get and create on pods/exec",
                    broken));
        }
        watch.await(pod -> PodTrouble.ofEnd(pod).isPresent(), cancellation::isCancelled, PAUSE);
        throwIfCancelled();
        Optional<StageException> ended = PodTrouble.ofEnd(watch.latest());
        if (ended.isPresent()) { // that a container ended is told before why its pod did
            watch.await(pod -> FINAL.contains(pod.getStatus().getPhase()), cancellation::isCancelled, STATUS_LAG);
            throwIfCancelled();
            return PodTrouble.ofEnd(watch.latest()).or(() -> ended);
        }
        boolean isTooLong = since.compareTo(PodManifest.LIFELINE) > 0;
        try {
            Pod there = resource.get();
            if (watch.isGone() || there == null) {
                return Optional.of(PodTrouble.gone());
            }
            return PodTrouble.ofEnd(there)
                    .or(() -> isTooLong
                            ? Optional.of(new InfrastructureException(
                                    "The worker cannot " + attempted + " its pod: " + broken.getMessage(), broken))
                            : Optional.empty());
        } catch (KubernetesClientException e) {
            return isTooLong ? Optional.of(ApiTrouble.of(attempted + " its pod", e)) : Optional.empty();
        }
    }

    /** Goes on only if the run may. */
    void throwIfCancelled() {
        cancellation.reason().ifPresent(why -> {
            throw RunCancelledException.withOutput("the run was stopped: " + why, errors.get());
        });
    }

    private String name() {
        return watch.latest().getMetadata().getName();
    }
}
