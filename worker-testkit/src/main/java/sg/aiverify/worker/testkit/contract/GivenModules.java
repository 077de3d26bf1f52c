package sg.aiverify.worker.testkit.contract;

import java.util.Map;
import java.util.Set;
import sg.aiverify.worker.stage.ModuleProvider;

/** Modules that run algorithms on this machine. Their runs can leave only processes and files. */
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
