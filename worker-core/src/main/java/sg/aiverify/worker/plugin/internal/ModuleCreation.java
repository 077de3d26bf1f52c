package sg.aiverify.worker.plugin.internal;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.WorkerException;
import sg.aiverify.worker.plugin.internal.ProviderCatalog.Found;
import sg.aiverify.worker.stage.BuildModule;
import sg.aiverify.worker.stage.DownloadModule;
import sg.aiverify.worker.stage.ErrorModule;
import sg.aiverify.worker.stage.ExecuteModule;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.StageModule;
import sg.aiverify.worker.stage.UploadModule;
import sg.aiverify.worker.stage.ValidateModule;
import sg.aiverify.worker.stage.WorkerContext;
import sg.aiverify.worker.stage.internal.StageModules;

/** Creates the modules that the settings select, and combines these modules. Used only when the worker starts. */
final class ModuleCreation {
    private static final Logger log = LogManager.getLogger(ModuleCreation.class);

    private final ProviderCatalog catalog;
    private final Settings settings;
    private final WorkerContext context;

    /**
     * Creates an instance that has not created modules yet.
     *
     * @param catalog the catalog of all modules
     * @param settings the settings with the {@code PIPELINE_*} variables
     * @param context the services that the worker offers to its modules
     */
    ModuleCreation(ProviderCatalog catalog, Settings settings, WorkerContext context) {
        this.catalog = catalog;
        this.settings = settings;
        this.context = context;
    }

    StageModules<?> create() {
        List<String> problems = new ArrayList<>();
        Map<Stage, StageModule> modules = new EnumMap<>(Stage.class);
        for (Stage stage : Stage.values()) {
            try {
                modules.put(stage, create(stage, catalog.find(stage, settings.get(stage.setting()))));
            } catch (ConfigurationException e) {
                log.debug("Could not create the module of the {} stage", stage.wireName(), e);
                problems.add(e.getMessage());
            }
        }
        try {
            if (!problems.isEmpty()) {
                throw new ConfigurationException(problems);
            }
            return combined(modules);
        } catch (ConfigurationException e) {
            modules.values().forEach(StageModule::close);
            throw e;
        }
    }

    private StageModules<?> combined(Map<Stage, StageModule> modules) {
        try {
            return StageModules.of(
                    (DownloadModule) modules.get(Stage.DOWNLOAD),
                    (BuildModule<?>) modules.get(Stage.PIPELINE_BUILD),
                    (ValidateModule) modules.get(Stage.VALIDATE_INPUT),
                    (ExecuteModule<?>) modules.get(Stage.PIPELINE_EXECUTE),
                    (UploadModule) modules.get(Stage.UPLOAD),
                    (ErrorModule) modules.get(Stage.PIPELINE_ERROR));
        } catch (ConfigurationException e) {
            String picks = Stream.of(Stage.PIPELINE_BUILD, Stage.PIPELINE_EXECUTE)
                    .map(stage -> stage.setting() + "=" + settings.get(stage.setting()))
                    .collect(Collectors.joining(", "));
            throw new ConfigurationException(List.of(picks + ": " + e.getMessage()), e);
        }
    }

    private StageModule create(Stage stage, Found found) {
        StageModule module;
        try {
            module = PluginCalls.in(
                    found.provider().getClass().getClassLoader(),
                    () -> found.provider().create(context));
        } catch (WorkerException e) {
            throw e;
        } catch (RuntimeException | LinkageError e) {
            throw broken(stage, found, "failed to start: " + Reason.of(e), e);
        }
        if (!stage.moduleType().isInstance(module)) {
            throw broken(
                    stage,
                    found,
                    "returned a " + module.getClass().getName() + ", which is not a "
                            + stage.moduleType().getName(),
                    null);
        }
        return module;
    }

    private static ConfigurationException broken(Stage stage, Found found, String what, @Nullable Throwable cause) {
        return new ConfigurationException(
                List.of("The module " + found.provider().name() + " of the " + stage.wireName() + " stage (" + found
                        + ") " + what),
                cause);
    }
}
