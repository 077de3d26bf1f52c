package sg.aiverify.worker.pipelines.docker.internal.engine;

import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import java.util.List;

/** The common configuration of the worker's containers: no network, no capabilities, no new privileges. */
public final class UnprivilegedContainer {
    private UnprivilegedContainer() {}

    /** Creates the configuration; the caller adds limits and mounts. */
    public static HostConfig hostConfig() {
        return HostConfig.newHostConfig()
                .withNetworkMode("none")
                .withCapDrop(Capability.ALL)
                .withSecurityOpts(List.of("no-new-privileges"));
    }
}
