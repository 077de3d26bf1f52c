package sg.aiverify.worker.pipelines.k8s.internal.job;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.pipelines.k8s.internal.settings.PodTemplateFile;

/**
 * The last known state of a Job and its pod.
 *
 * @param job the Job
 * @param isGone whether the Job was deleted
 * @param pod the last state of the Job's pod, even after its deletion; null until the pod is created
 * @param podIsGone whether the pod was deleted
 */
record JobState(Job job, boolean isGone, @Nullable Pod pod, boolean podIsGone) {
    private static final Set<String> ENDS = Set.of("Failed", "Succeeded");

    /** Returns the final condition of the Job; ignores conditions that only announce its end. */
    Optional<JobCondition> end() {
        return Optional.ofNullable(job.getStatus()).stream()
                .flatMap(status -> status.getConditions().stream())
                .filter(condition -> "True".equals(condition.getStatus()))
                .filter(condition -> "Complete".equals(condition.getType()) || "Failed".equals(condition.getType()))
                .findFirst();
    }

    /**
     * Returns whether the pod has ended and is not being deleted; then the Job ends soon. It is not enough that the
     * container has ended, because Kubernetes reports the reason of the pod later.
     */
    boolean podHasEnded() {
        return pod != null
                && pod.getStatus() != null
                && pod.getMetadata().getDeletionTimestamp() == null
                && ENDS.contains(String.valueOf(pod.getStatus().getPhase()));
    }

    /** Returns whether the pod's container has ever started. */
    boolean hasStarted() {
        return container()
                .map(ContainerStatus::getState)
                .filter(state -> state.getRunning() != null || state.getTerminated() != null)
                .isPresent();
    }

    /** Returns whether the Job or its pod has ended. */
    boolean isOver() {
        return isGone || end().isPresent() || podHasEnded();
    }

    /** Returns whether the pod is deleted or being deleted; then only the Job can contain the reason of the end. */
    boolean isPodDeleted() {
        return pod != null && (podIsGone || pod.getMetadata().getDeletionTimestamp() != null);
    }

    private Optional<ContainerStatus> container() {
        return Optional.ofNullable(pod).map(Pod::getStatus).stream()
                .flatMap(status -> status.getContainerStatuses().stream())
                .filter(status -> PodTemplateFile.CONTAINER.equals(status.getName()))
                .findFirst();
    }
}
