package sg.aiverify.worker.pipelines.k8s.internal.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.failure.StageTimeoutException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipelines.k8s.mock.MockPod;
import sg.aiverify.worker.pipelines.k8s.mock.PodStatuses;

class PodFailureTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ErrImageNeverPull",
                "ImagePullBackOff",
                "InvalidImageName",
                "CreateContainerConfigError",
                "CreateContainerError"
            })
    void aPodThatWillNeverStartTellsKubernetesReason(String reason) {
        Pod pod = waiting(reason, "the detail");

        assertThat(PodFailure.ofStart(pod).orElseThrow())
                .isExactlyInstanceOf(InfrastructureException.class)
                .hasMessage("Failed to run algorithm: its pod cannot start its container (" + reason + "): the detail");
        assertThat(PodFailure.ofEnd(pod)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ContainerCreating", "PodInitializing", "ErrImagePull"})
    void aPodThatMayStillStartIsWaitedFor(String reason) {
        assertThat(PodFailure.ofStart(waiting(reason, null))).isEmpty();
    }

    @Test
    void aPodThatFitsOnNoNodeTellsWhy() {
        Pod pod = pod(new PodStatusBuilder()
                .withPhase("Pending")
                .addNewCondition()
                .withType("PodScheduled")
                .withStatus("False")
                .withReason("Unschedulable")
                .withMessage("0/3 nodes are available: 3 Insufficient memory.")
                .endCondition()
                .build());

        assertThat(PodFailure.ofStart(pod)).isEmpty();
        assertThat(PodFailure.ofWaiting(pod, 600))
                .isExactlyInstanceOf(InfrastructureException.class)
                .hasMessage("Failed to run algorithm: its pod was not ready within 600 s (Unschedulable):"
                        + " 0/3 nodes are available: 3 Insufficient memory.");
    }

    @Test
    void aSlowPullTellsWhatItWaitsFor() {
        assertThat(PodFailure.ofWaiting(waiting("ErrImagePull", "connection refused"), 5))
                .hasMessageEndingWith("within 5 s (ErrImagePull): connection refused");
    }

    @Test
    void memoryThatRanOutIsTheTasksAffairAndNamesTheLimit() {
        assertThat(PodFailure.ofEnd(terminated("OOMKilled", 137)).orElseThrow())
                .isInstanceOf(TaskFailedException.class)
                .hasMessage("Failed to run algorithm: it ran out of memory (OOMKilled):"
                        + " it needs more than its limit of 256Mi");
    }

    @Test
    void memoryThatRanOutWithoutALimitIsTriedAgain() {
        Pod pod = terminated("OOMKilled", 137);
        pod.getSpec().getContainers().get(0).setResources(null);

        assertThat(PodFailure.ofEnd(pod).orElseThrow())
                .isExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining("TEWORKER_TASK_MEMORY_MB");
    }

    @Test
    void aMissingInterpreterIsNotTheTasksAffair() {
        assertThat(PodFailure.ofEnd(terminated("StartError", 128)).orElseThrow())
                .isExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining("ended with exit code 128 (StartError)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ",
                "Usage of EmptyDir volume \"aiverify\" exceeds the limit \"64Mi\". "
            })
    void anEvictionOverItsOwnDiskLimitIsTheTasksAffair(String message) {
        assertThat(evicted(message)).isInstanceOf(TaskFailedException.class).hasMessageContaining(message.strip());
    }

    @Test
    void anEvictionByANodeInNeedIsTriedAgain() {
        assertThat(evicted("The node was low on resource: ephemeral-storage. "))
                .isExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining("(Evicted): The node was low on resource");
    }

    @Test
    void anEvictionByTheApiIsKnownByItsCondition() {
        Pod pod = pod(new PodStatusBuilder()
                .withPhase("Running")
                .addNewCondition()
                .withType("DisruptionTarget")
                .withStatus("True")
                .withReason("EvictionByEvictionAPI")
                .withMessage("Eviction API: evicting")
                .endCondition()
                .build());
        pod.getMetadata().setDeletionTimestamp("2026-11-01T00:00:00Z");

        assertThat(PodFailure.ofEnd(pod).orElseThrow())
                .isExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining("was evicted (EvictionByEvictionAPI): Eviction API: evicting");
    }

    @Test
    void thePodsOwnDeadlineIsATimeout() {
        Pod pod = pod(new PodStatusBuilder()
                .withPhase("Failed")
                .withReason("DeadlineExceeded")
                .withMessage("Pod was active on the node longer than the specified deadline")
                .build());

        assertThat(PodFailure.ofEnd(pod).orElseThrow())
                .isInstanceOf(StageTimeoutException.class)
                .hasMessageContaining("(DeadlineExceeded): Pod was active");
    }

    @Test
    void aPodThatIsBeingDeletedWasDeletedBySomebodyElse() {
        Pod pod = terminated("Error", 137);
        pod.getMetadata().setDeletionTimestamp("2026-11-01T00:00:00Z");

        assertThat(PodFailure.ofEnd(pod).orElseThrow()).hasMessageContaining("was deleted by another user or program");
    }

    @Test
    void aPodWithoutStatusIsWaitedFor() {
        Pod pod = pod(new PodStatus());
        pod.setStatus(null);

        assertThat(PodFailure.ofStart(pod)).isEmpty();
        assertThat(PodFailure.ofEnd(pod)).isEmpty();
        assertThat(PodFailure.ofWaiting(pod, 5)).hasMessageContaining("(no status)");
        assertThat(PodFailure.ofEnd(pod(new PodStatus()))).isEmpty();
    }

    @Test
    void anEndWithoutAReasonIsStillReported() {
        assertThat(PodFailure.ofEnd(
                                pod(new PodStatusBuilder().withReason("Evicted").build()))
                        .orElseThrow())
                .isExactlyInstanceOf(InfrastructureException.class)
                .hasMessageEndingWith("was evicted (Evicted)");
        assertThat(PodFailure.ofEnd(
                                pod(new PodStatusBuilder().withPhase("Failed").build()))
                        .orElseThrow())
                .hasMessageEndingWith("ended (Failed)");
        assertThat(PodFailure.ofEnd(pod(new PodStatusBuilder()
                                .withPhase("Succeeded")
                                .withReason("Why")
                                .build()))
                        .orElseThrow())
                .hasMessageEndingWith("ended (Why)");
        assertThat(PodFailure.ofEnd(terminated(null, 3)).orElseThrow())
                .hasMessageContaining("ended with exit code 3 (no reason given)");
    }

    @Test
    void memoryThatRanOutIsReportedThoughThePodIsBeingDeleted() {
        Pod pod = terminated("OOMKilled", 137);
        pod.getMetadata().setDeletionTimestamp("2026-11-01T00:00:00Z");

        assertThat(PodFailure.ofEnd(pod).orElseThrow()).hasMessageContaining("it ran out of memory (OOMKilled)");
    }

    private static StageException evicted(String message) {
        return PodFailure.ofEnd(pod(new PodStatusBuilder()
                        .withPhase("Failed")
                        .withReason("Evicted")
                        .withMessage(message)
                        .build()))
                .orElseThrow();
    }

    private static Pod waiting(String reason, String message) {
        return pod(PodStatuses.waiting(reason, message).build());
    }

    private static Pod terminated(String reason, int code) {
        return pod(PodStatuses.ended(code, reason).build());
    }

    private static Pod pod(PodStatus status) {
        return new PodBuilder(MockPod.POD).withStatus(status).build();
    }
}
