package sg.aiverify.worker.pipelines.venv;

import java.util.Objects;

/**
 * Where packages come from. The worker says it at its start, as it may not be where the operator thinks.
 *
 * @param description which tool builds environments, and what says where it finds packages
 * @param leavesSettingsOut whether places that are set for the other tool are without effect
 */
record PackageSource(String description, boolean leavesSettingsOut) {
    PackageSource {
        Objects.requireNonNull(description, "description");
    }
}
