package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.Collection;
import java.util.List;
import org.apiguardian.api.API;
import sg.aiverify.worker.config.Setting;

/**
 * Offers a module for a stage. Stage and name together are its id.
 *
 * <p>A worker finds it by {@link java.util.ServiceLoader}: its class is named in the file
 * {@code META-INF/services/sg.aiverify.worker.stage.ModuleProvider} of a jar, on the worker's class path or in the
 * directory that {@code TEWORKER_PLUGIN_DIR} names. Each jar there has a class loader of its own, which takes the jar's
 * own classes first, and from the worker what modules may use. A program that embeds the worker may also give it to
 * the worker's builder.
 */
@API(status = STABLE, since = "1.0")
public interface ModuleProvider {
    /**
     * Tells which stage the module is for.
     *
     * @return the stage
     */
    Stage stage();

    /**
     * Gives the module's name, the one a {@code PIPELINE_*} variable picks it by.
     *
     * @return for example {@code virtual_env}
     */
    String name();

    /**
     * Gives the module's version, for the log.
     *
     * @return the version; by default that of the jar, empty if it has none
     */
    default String version() {
        String version = getClass().getPackage().getImplementationVersion();
        return version == null ? "" : version;
    }

    /**
     * Lists what the module can be told, so that wrong values are found at start.
     *
     * @return the module's settings
     */
    default Collection<Setting<?>> settings() {
        return List.of();
    }

    /**
     * Creates the module. Called once for a worker, before its first run.
     *
     * @param context what the worker offers
     * @return a module that implements {@link Stage#moduleType()} of this stage
     * @throws sg.aiverify.worker.failure.ConfigurationException if it cannot work as configured
     */
    StageModule create(WorkerContext context);
}
