package sg.aiverify.worker.plugin.internal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.config.internal.NearestName;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.WorkerContext;
import sg.aiverify.worker.stage.internal.StageModules;

/** The catalog of all available modules, by stage and name. Not thread-safe. Used only when the worker starts. */
public final class ProviderCatalog {
    private static final Logger log = LogManager.getLogger(ProviderCatalog.class);

    private final Map<Stage, Map<String, Found>> byStage = new EnumMap<>(Stage.class);
    private String gap = "";

    /** A module's provider and its origin. */
    record Found(ModuleProvider provider, String origin) {
        @Override
        public String toString() {
            return provider.getClass().getName() + " from " + origin;
        }
    }

    /** Creates an empty catalog. */
    public ProviderCatalog() {}

    /**
     * Adds a module.
     *
     * @param provider the module's provider
     * @param origin the provider's origin, for the log: a jar or a class path
     * @return this catalog
     * @throws ConfigurationException if the catalog already contains a module of the same stage and name; the message
     *     contains both providers
     */
    public ProviderCatalog add(ModuleProvider provider, String origin) {
        Found found = new Found(provider, origin);
        Found other = byStage.computeIfAbsent(provider.stage(), stage -> new TreeMap<>())
                .putIfAbsent(provider.name(), found);
        if (other != null) {
            throw new ConfigurationException("Two modules have the name " + provider.name() + " in the "
                    + provider.stage().wireName() + " stage: " + other + ", and " + found + "; remove one of them");
        }
        log.debug("Module {} from {}", label(provider), origin);
        return this;
    }

    /**
     * Marks the catalog as incomplete. The error message about an unknown module then contains the reason.
     *
     * @param why the reason, a sentence without a full stop
     */
    void markIncomplete(String why) {
        gap = " (" + why + ")";
    }

    /**
     * Returns the settings of all modules.
     *
     * @return the settings, in no particular order
     */
    public Collection<Setting<?>> settings() {
        List<Setting<?>> all = new ArrayList<>();
        byStage.values()
                .forEach(stage -> stage.values()
                        .forEach(found -> all.addAll(found.provider().settings())));
        return all;
    }

    /**
     * Returns the settings of the selected modules.
     *
     * @param settings the settings with the {@code PIPELINE_*} variables
     * @return the settings, in no particular order; unknown modules are left out
     */
    public Collection<Setting<?>> settingsOfPicked(Settings settings) {
        Set<Stage> unknown = unknownModules(settings).keySet();
        return Stream.of(Stage.values())
                .filter(stage -> !unknown.contains(stage))
                .flatMap(stage -> find(stage, settings.get(stage.setting())).provider().settings().stream())
                .toList();
    }

    /**
     * Lists the stages for which the settings select an unknown module.
     *
     * @param settings the settings with the {@code PIPELINE_*} variables
     * @return an error message for each such stage, with the available modules
     */
    public Map<Stage, String> unknownModules(Settings settings) {
        Map<Stage, String> problems = new EnumMap<>(Stage.class);
        for (Stage stage : Stage.values()) {
            try {
                find(stage, settings.get(stage.setting()));
            } catch (ConfigurationException e) {
                problems.put(stage, e.getMessage());
            }
        }
        return problems;
    }

    /**
     * Selects the default module for each stage whose module is unknown, so that the settings of these stages can be
     * checked.
     *
     * @param settings the settings with the {@code PIPELINE_*} variables
     * @return settings that select only known modules, provided that the default modules are known
     */
    public Settings withKnownModules(Settings settings) {
        Settings known = settings;
        for (Stage stage : unknownModules(settings).keySet()) {
            known = known.over(Map.of(stage.setting().name(), ""), "the default");
        }
        return known;
    }

    /**
     * Creates the selected modules.
     *
     * @param settings the settings with the {@code PIPELINE_*} variables
     * @param context the services that the worker offers to its modules
     * @return one module for each stage
     * @throws ConfigurationException if module names are unknown, modules cannot work as configured, or modules do not
     *     fit together; the message lists all of these, and the available modules for each unknown name
     */
    public StageModules<?> create(Settings settings, WorkerContext context) {
        return new ModuleCreation(this, settings, context).create();
    }

    /**
     * Returns a line with the selected modules, for the log.
     *
     * @param settings the settings with the {@code PIPELINE_*} variables, all with known modules
     * @return the module of each stage, grouped by version and origin; these follow the modules of each group
     */
    public String picked(Settings settings) {
        Map<String, List<String>> byOrigin = new LinkedHashMap<>();
        for (Stage stage : Stage.values()) {
            Found found = find(stage, settings.get(stage.setting()));
            String version = found.provider().version();
            byOrigin.computeIfAbsent(
                            (version.isEmpty() ? "" : version + ", ") + found.origin(), origin -> new ArrayList<>())
                    .add(stage.wireName() + "=" + found.provider().name());
        }
        return byOrigin.entrySet().stream()
                .map(each -> String.join(", ", each.getValue()) + " (" + each.getKey() + ")")
                .collect(Collectors.joining("; "));
    }

    /** Returns the stage, name and version of a module, for the log. */
    static String label(ModuleProvider provider) {
        String label = provider.stage().wireName() + "=" + provider.name();
        return provider.version().isEmpty() ? label : label + " " + provider.version();
    }

    /** Finds a module. If the module is unknown, throws a {@link ConfigurationException} with the available names. */
    Found find(Stage stage, String name) {
        Map<String, Found> available = byStage.getOrDefault(stage, Map.of());
        Found found = available.get(name);
        if (found == null) {
            throw noSuchModule(stage, name, available.keySet());
        }
        return found;
    }

    private ConfigurationException noSuchModule(Stage stage, String name, Set<String> available) {
        return new ConfigurationException(stage.setting() + "=" + name + ": the " + stage.wireName()
                + " stage has no module with this name" + gap
                + NearestName.of(name, available)
                        .map(nearest -> "; did you mean " + nearest + "? Available: ")
                        .orElse("; available: ")
                + (available.isEmpty() ? "none" : String.join(", ", available)));
    }
}
