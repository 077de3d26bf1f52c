package sg.aiverify.worker.pipelines.k8s.internal.pod;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.failure.StageTimeoutException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipelines.k8s.internal.settings.PodTemplateFile;

/** Explains why a pod cannot start or has ended, in one sentence with the reason that Kubernetes reports. */
public final class PodFailure {
    /** The reasons of a waiting container that count as permanent; not ErrImagePull, since the kubelet retries it. */
    private static final Set<String> STUCK = Set.of(
            "ErrImageNeverPull",
            "ImagePullBackOff",
            "InvalidImageName",
            "ImageInspectError",
            "CreateContainerConfigError",
            "CreateContainerError",
            "RunContainerError",
            "CrashLoopBackOff");

    private static final String OOM_KILLED = "OOMKilled";

    private PodFailure() {}

    /** Returns the reason why a pod will never be ready; empty while it may still become ready. */
    public static Optional<StageException> ofStart(Pod pod) {
        return ofEnd(pod)
                .or(() -> waiting(pod)
                        .filter(state -> STUCK.contains(state.getReason()))
                        .map(state -> new InfrastructureException(
                                sentence("cannot start its container", state.getReason(), state.getMessage()))));
    }

    /** Returns the failure of a pod that was not ready in time, with the reason why it waits. */
    public static StageException ofWaiting(Pod pod, long seconds) {
        String what = "was not ready within " + seconds + " s";
        Optional<PodCondition> unschedulable = condition(pod, "PodScheduled", "False");
        if (unschedulable.isPresent()) {
            PodCondition reason = unschedulable.get();
            return new InfrastructureException(sentence(what, reason.getReason(), reason.getMessage()));
        }
        Optional<ContainerStateWaiting> waiting = waiting(pod);
        return new InfrastructureException(
                waiting.isPresent()
                        ? sentence(
                                what, waiting.get().getReason(), waiting.get().getMessage())
                        : sentence(
                                what,
                                pod.getStatus() == null
                                        ? "no status"
                                        : pod.getStatus().getPhase(),
                                null));
    }

    /** Returns the reason why a pod has ended or is being deleted; empty while it runs. */
    public static Optional<StageException> ofEnd(Pod pod) {
        PodStatus status = pod.getStatus();
        if (status == null) {
            return Optional.empty();
        }
        if ("Evicted".equals(status.getReason())) {
            return Optional.of(evicted(status));
        }
        if ("DeadlineExceeded".equals(status.getReason())) {
            return Optional.of(
                    new StageTimeoutException(sentence("was stopped", status.getReason(), status.getMessage())));
        }
        Optional<PodCondition> disrupted = condition(pod, "DisruptionTarget", "True");
        if (disrupted.isPresent()) {
            PodCondition reason = disrupted.get();
            return Optional.of(
                    new InfrastructureException(sentence("was evicted", reason.getReason(), reason.getMessage())));
        }
        Optional<ContainerStateTerminated> terminated = state(pod).map(ContainerState::getTerminated);
        boolean isDeleted = pod.getMetadata().getDeletionTimestamp() != null;
        if (terminated.isPresent() && (!isDeleted || isOutOfMemory(terminated.get()))) {
            return Optional.of(terminated(pod, terminated.get()));
        }
        boolean hasEnded = "Failed".equals(status.getPhase()) || "Succeeded".equals(status.getPhase());
        if (hasEnded && !isDeleted) {
            String reason = status.getReason() == null ? status.getPhase() : status.getReason();
            return Optional.of(new InfrastructureException(sentence("ended", reason, status.getMessage())));
        }
        return isDeleted ? Optional.of(gone()) : Optional.empty();
    }

    /** Returns the failure of a pod that another user or program deleted. */
    public static StageException gone() {
        return new InfrastructureException(sentence("was deleted by another user or program", "Deleted", null));
    }

    /** Returns whether Kubernetes reports that an ended container ran out of memory. */
    public static boolean isOutOfMemory(Pod pod) {
        return state(pod)
                .map(ContainerState::getTerminated)
                .filter(PodFailure::isOutOfMemory)
                .isPresent();
    }

    private static boolean isOutOfMemory(ContainerStateTerminated end) {
        return OOM_KILLED.equals(end.getReason());
    }

    /**
     * Returns the failure of a run that needs more memory than its limit or, without a limit, than the node has.
     *
     * @param pod the run's pod, with the limit
     * @param withError adds the runner's error to a sentence, see {@code RunnerEvents#withError}
     * @param output the end of the run's standard error
     * @return the exception to throw
     */
    public static StageException outOfMemory(Pod pod, UnaryOperator<String> withError, String output) {
        String what = "Failed to run algorithm: it ran out of memory (OOMKilled): ";
        return Optional.ofNullable(pod.getSpec().getContainers().get(0).getResources())
                .map(resources -> resources.getLimits())
                .map(limits -> limits.get("memory"))
                .<StageException>map(limit -> new TaskFailedException(FailureText.withOutput(
                        withError.apply(what + "it needs more than its limit of " + limit), output)))
                .orElseGet(() -> new InfrastructureException(FailureText.withOutput(
                        withError.apply(
                                what + "the node has no more memory; set TEWORKER_TASK_MEMORY_MB to limit the memory"
                                        + " of runs"),
                        output)));
    }

    private static StageException evicted(PodStatus status) {
        String message = status.getMessage() == null ? "" : status.getMessage();
        String sentence = sentence("was evicted", status.getReason(), message);
        // A run that exceeded its own limit would exceed it again. Otherwise the node was short of a resource.
        boolean isOwnLimit = message.contains("exceeds the") || message.contains("exceeded its");
        return isOwnLimit ? new TaskFailedException(sentence) : new InfrastructureException(sentence);
    }

    private static StageException terminated(Pod pod, ContainerStateTerminated end) {
        if (isOutOfMemory(end)) {
            return outOfMemory(pod, UnaryOperator.identity(), "");
        }
        String reason = end.getReason() == null ? "no reason given" : end.getReason();
        return new InfrastructureException(
                sentence("ended with exit code " + end.getExitCode(), reason, end.getMessage()));
    }

    private static Optional<ContainerStateWaiting> waiting(Pod pod) {
        return state(pod).map(ContainerState::getWaiting);
    }

    /** Returns the state of the algorithm's container. */
    private static Optional<ContainerState> state(Pod pod) {
        return Optional.ofNullable(pod.getStatus())
                .map(PodStatus::getContainerStatuses)
                .flatMap(all -> all.stream()
                        .filter(status -> PodTemplateFile.CONTAINER.equals(status.getName()))
                        .findFirst())
                .map(ContainerStatus::getState);
    }

    private static Optional<PodCondition> condition(Pod pod, String type, String value) {
        List<PodCondition> all =
                pod.getStatus() == null ? List.of() : pod.getStatus().getConditions();
        return all.stream()
                .filter(condition -> type.equals(condition.getType()) && value.equals(condition.getStatus()))
                .findFirst();
    }

    private static String sentence(String what, String reason, @Nullable String message) {
        String detail = message == null || message.isBlank() ? "" : ": " + message.strip();
        return FailureText.printable("Failed to run algorithm: its pod " + what + " (" + reason + ")" + detail);
    }
}
