package sg.aiverify.worker.testkit.contract;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apiguardian.api.API;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;

/** What {@link ExecutorContract} needs to know of an execute module and the build module that goes with it. */
@API(status = STABLE, since = "1.0")
public interface ExecutorBackend extends AutoCloseable {
    /**
     * Describes modules that need nothing else than what is given here.
     *
     * @param build the module that prepares environments
     * @param execute the module that runs algorithms in them
     * @param settings what they are told
     * @param capabilities what they can do beyond what every module must
     * @return a backend whose algorithms run on this machine
     */
    static ExecutorBackend of(
            ModuleProvider build,
            ModuleProvider execute,
            Map<String, String> settings,
            ExecutorCapability... capabilities) {
        return new GivenModules(build, execute, settings, Set.of(capabilities));
    }

    /**
     * Gives the module that prepares environments.
     *
     * @return a provider for the stage {@code pipeline_build}
     */
    ModuleProvider build();

    /**
     * Gives the module that runs algorithms in them.
     *
     * @return a provider for the stage {@code pipeline_execute}
     */
    ModuleProvider execute();

    /**
     * Gives what the modules are told.
     *
     * @return settings by their names, as in the environment
     */
    Map<String, String> settings();

    /**
     * Declares what the modules can do beyond what every module must.
     *
     * @return capabilities
     */
    Set<ExecutorCapability> capabilities();

    /**
     * Counts the processes of algorithms that go by a name.
     *
     * @param name up to 15 characters, as {@code /proc/<pid>/comm} tells it
     * @return how many there are now; by default on this machine, which includes its containers
     */
    default int processes(String name) {
        return MisbehavingAlgorithm.processes(name).size();
    }

    /**
     * Lists what is there because of single runs, beside processes and files: containers, volumes, pods.
     *
     * @return names for the message of a failure; by default none
     */
    default List<String> leftovers() {
        return List.of();
    }

    /** Frees what the backend itself holds; the suite has closed the modules before. */
    @Override
    default void close() {}
}
