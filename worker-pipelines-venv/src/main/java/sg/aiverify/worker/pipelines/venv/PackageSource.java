package sg.aiverify.worker.pipelines.venv;

import java.util.Objects;

/**
 * The source of the packages for builds. The worker logs the source at its start, so that the operator can check it.
 *
 * @param description the tool that builds environments, and the settings that select its package index
 * @param leavesSettingsOut whether an index that is set for the other tool has no effect
 */
record PackageSource(String description, boolean leavesSettingsOut) {
    PackageSource {
        Objects.requireNonNull(description, "description");
    }
}
