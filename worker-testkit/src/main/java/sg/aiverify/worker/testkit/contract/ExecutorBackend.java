package sg.aiverify.worker.testkit.contract;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apiguardian.api.API;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;

/** Describes an execute module and the matching build module to {@link ExecutorContract}. */
@API(status = STABLE, since = "1.0")
public interface ExecutorBackend extends AutoCloseable {
    /**
     * Describes modules that run algorithms on this machine and need no further resources.
     *
     * @param build the module that prepares environments
     * @param execute the module that runs algorithms in them
     * @param settings the modules' settings, by name
     * @param capabilities the modules' optional capabilities
     * @return the backend
     */
    static ExecutorBackend of(
            ModuleProvider build,
            ModuleProvider execute,
            Map<String, String> settings,
            ExecutorCapability... capabilities) {
        return new GivenModules(build, execute, settings, Set.of(capabilities));
    }

    /**
     * Returns the module that prepares environments.
     *
     * @return a provider for the stage {@code pipeline_build}
     */
    ModuleProvider build();

    /**
     * Returns the module that runs algorithms in these environments.
     *
     * @return a provider for the stage {@code pipeline_execute}
     */
    ModuleProvider execute();

    /**
     * Returns the modules' settings.
     *
     * @return the settings, by name as in the environment
     */
    Map<String, String> settings();

    /**
     * Declares the modules' optional capabilities.
     *
     * @return the capabilities
     */
    Set<ExecutorCapability> capabilities();

    /**
     * Counts the algorithms' processes that have a given name.
     *
     * @param name the name as in {@code /proc/<pid>/comm}, at most 15 characters
     * @return the current number of such processes; by default, counted on this machine and in its containers
     */
    default int processes(String name) {
        return MisbehavingAlgorithm.processes(name).size();
    }

    /**
     * Lists the resources of single runs that still exist, other than processes and files: containers, volumes, pods.
     *
     * @return the names of these resources, for the message of a failure; by default an empty list
     */
    default List<String> leftovers() {
        return List.of();
    }

    /** Frees the backend's resources. The suite closes the modules first. */
    @Override
    default void close() {}
}
