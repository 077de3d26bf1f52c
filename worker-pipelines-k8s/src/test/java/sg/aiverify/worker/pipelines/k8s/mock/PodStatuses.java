package sg.aiverify.worker.pipelines.k8s.mock;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.pipelines.k8s.internal.settings.PodTemplateFile;

/** The states of the algorithm's container, as Kubernetes reports them. */
public final class PodStatuses {
    private PodStatuses() {}

    /** A container that does not run yet. */
    public static PodStatusBuilder waiting(String reason, @Nullable String message) {
        return status(
                "Pending",
                new ContainerStateBuilder().withNewWaiting(message, reason).build());
    }

    /** A container that has ended. */
    public static PodStatusBuilder ended(int code, @Nullable String reason) {
        return status(
                code == 0 ? "Succeeded" : "Failed",
                new ContainerStateBuilder()
                        .withNewTerminated()
                        .withExitCode(code)
                        .withReason(reason)
                        .endTerminated()
                        .build());
    }

    private static PodStatusBuilder status(String phase, ContainerState state) {
        return new PodStatusBuilder()
                .withPhase(phase)
                .addNewContainerStatus()
                .withName(PodTemplateFile.CONTAINER)
                .withState(state)
                .endContainerStatus();
    }
}
