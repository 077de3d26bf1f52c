package sg.aiverify.worker.testkit.contract;

import java.util.Map;
import java.util.Set;
import sg.aiverify.worker.stage.ModuleProvider;

/** Modules whose algorithms run on this machine and leave nothing but processes and files. */
record GivenModules(
        ModuleProvider build,
        ModuleProvider execute,
        Map<String, String> settings,
        Set<ExecutorCapability> capabilities)
        implements ExecutorBackend {
    GivenModules {
        settings = Map.copyOf(settings);
        capabilities = Set.copyOf(capabilities);
    }
}
