package sg.aiverify.worker.pipelines.docker.internal.engine;

import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import java.util.List;

/** What all containers that the worker starts have in common: no network, no capabilities, no new privileges. */
public final class UnprivilegedContainer {
    private UnprivilegedContainer() {}

    /** Creates the configuration, to which a caller adds its own limits and mounts. */
    public static HostConfig hostConfig() {
        return HostConfig.newHostConfig()
                .withNetworkMode("none")
                .withCapDrop(Capability.ALL)
                .withSecurityOpts(List.of("no-new-privileges"));
    }
}
