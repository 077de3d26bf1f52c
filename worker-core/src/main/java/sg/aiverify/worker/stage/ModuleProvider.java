package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.Collection;
import java.util.List;
import org.apiguardian.api.API;
import sg.aiverify.worker.config.Setting;

/**
 * Creates a module for a stage. Stage and name together are the module's id.
 *
 * <p>A worker finds providers with {@link java.util.ServiceLoader}. The provider's class is listed in the file {@code
 * META-INF/services/sg.aiverify.worker.stage.ModuleProvider} of a jar. The jar is on the worker's class path or in the
 * directory {@code TEWORKER_PLUGIN_DIR}. Each jar in this directory has a separate class loader. This class loader
 * takes classes from the jar first. From the worker, it takes only the packages that modules may use. A program that
 * embeds the worker may also pass a provider to the worker's builder.
 */
@API(status = STABLE, since = "1.0")
public interface ModuleProvider {
    /**
     * Returns the stage of the module.
     *
     * @return the stage
     */
    Stage stage();

    /**
     * Returns the module's name. A {@code PIPELINE_*} variable selects the module by this name.
     *
     * @return the name, for example {@code virtual_env}
     */
    String name();

    /**
     * Returns the module's version, for the log.
     *
     * @return the version; by default the version of the jar, or an empty string if the jar has no version
     */
    default String version() {
        String version = getClass().getPackage().getImplementationVersion();
        return version == null ? "" : version;
    }

    /**
     * Returns the settings of the module. The worker checks their values when it starts.
     *
     * @return the module's settings
     */
    default Collection<Setting<?>> settings() {
        return List.of();
    }

    /**
     * Creates the module. The worker calls this once, before its first run.
     *
     * @param context the worker's services for its modules
     * @return a module that implements {@link Stage#moduleType()} of this stage
     * @throws sg.aiverify.worker.failure.ConfigurationException if the module cannot work with the worker's settings
     */
    StageModule create(WorkerContext context);
}
