package sg.aiverify.worker.pipelines.venv;

import java.util.Objects;

/**
 * Where packages come from: somewhere else than the operator thinks, or not. A start says which.
 *
 * @param description which tool builds environments, and what says where it finds packages
 * @param leavesSettingsOut whether places that are set for the other tool are without effect
 */
record PackageSource(String description, boolean leavesSettingsOut) {
    PackageSource {
        Objects.requireNonNull(description, "description");
    }
}
