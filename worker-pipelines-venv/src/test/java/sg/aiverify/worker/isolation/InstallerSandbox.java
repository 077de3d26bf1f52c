package sg.aiverify.worker.isolation;

import java.nio.file.Path;
import java.util.EnumSet;
import sg.aiverify.worker.config.Settings;

/** Picks one sandbox for installers, the one that no setting names among them. */
public final class InstallerSandbox {
    private InstallerSandbox() {}

    /** Picks it, or says why it does not hold here. */
    public static Isolation of(Sandbox sandbox, Settings settings, HostPython python, Path directory)
            throws InterruptedException {
        return Isolation.forInstallers(EnumSet.of(sandbox), settings, python, directory, System.getenv("PATH"));
    }
}
