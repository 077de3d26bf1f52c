package sg.aiverify.worker.pipelines.venv;

import java.util.Objects;

/**
 * Where builds find packages. The worker logs it at its start, since it may be another place than the operator expects.
 *
 * @param description which tool builds environments, and what says where it finds packages
 * @param leavesSettingsOut whether places that are set for the other tool are without effect
 */
record PackageSource(String description, boolean leavesSettingsOut) {
    PackageSource {
        Objects.requireNonNull(description, "description");
    }
}
