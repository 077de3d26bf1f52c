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

/** All modules that are there, by stage and name. Not thread-safe; used at start only. */
public final class ProviderCatalog {
    private static final Logger log = LogManager.getLogger(ProviderCatalog.class);

    private final Map<Stage, Map<String, Found>> byStage = new EnumMap<>(Stage.class);
    private String gap = "";

    /** A module, and where it comes from. */
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
     * @param provider what offers it
     * @param origin where it comes from, for the log: a jar or a class path
     * @return this catalog
     * @throws ConfigurationException if there is one of the same stage and name; names both
     */
    public ProviderCatalog add(ModuleProvider provider, String origin) {
        Found found = new Found(provider, origin);
        Found other = byStage.computeIfAbsent(provider.stage(), stage -> new TreeMap<>())
                .putIfAbsent(provider.name(), found);
        if (other != null) {
            throw new ConfigurationException("Two modules are named " + provider.name() + " for the stage "
                    + provider.stage().wireName() + ": " + other + ", and " + found + "; remove one of them");
        }
        log.debug("Module {} from {}", label(provider), origin);
        return this;
    }

    /**
     * Remembers that modules may be missing, for the message about one that is not there.
     *
     * @param why a sentence without a full stop
     */
    void markIncomplete(String why) {
        gap = " (" + why + ")";
    }

    /**
     * Lists every setting that some module knows.
     *
     * @return settings, in no particular order
     */
    public Collection<Setting<?>> settings() {
        List<Setting<?>> all = new ArrayList<>();
        byStage.values()
                .forEach(stage -> stage.values()
                        .forEach(found -> all.addAll(found.provider().settings())));
        return all;
    }

    /**
     * Lists the settings of the modules that the settings pick; what others could be told does not matter.
     *
     * @param settings holds the {@code PIPELINE_*} variables
     * @return settings, in no particular order; none of modules that are not there
     */
    public Collection<Setting<?>> settingsOfPicked(Settings settings) {
        Set<Stage> unknown = unknownModules(settings).keySet();
        return Stream.of(Stage.values())
                .filter(stage -> !unknown.contains(stage))
                .flatMap(stage -> find(stage, settings.get(stage.setting())).provider().settings().stream())
                .toList();
    }

    /**
     * Lists the modules that the settings pick and that are not there.
     *
     * @param settings holds the {@code PIPELINE_*} variables
     * @return for each such stage a sentence with what there is
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
     * Picks the default of a stage whose module is unknown, so that its settings are looked at all the same.
     *
     * @param settings pick modules, known or not
     * @return settings that pick known ones, if the defaults are
     */
    public Settings withKnownModules(Settings settings) {
        Settings known = settings;
        for (Stage stage : unknownModules(settings).keySet()) {
            known = known.over(Map.of(stage.setting().name(), ""), "the default");
        }
        return known;
    }

    /**
     * Creates the modules that the settings pick.
     *
     * @param settings holds the {@code PIPELINE_*} variables
     * @param context what the worker offers to its modules
     * @return one module for each stage
     * @throws ConfigurationException listing each name that is unknown, with what there is, and each module that
     *     cannot work as configured; or if modules do not fit together
     */
    public StageModules<?> create(Settings settings, WorkerContext context) {
        return new ModuleCreation(this, settings, context).create();
    }

    /**
     * Names the modules that the settings pick.
     *
     * @param settings holds the {@code PIPELINE_*} variables, all of modules that are there
     * @return for each stage its module; behind those of one version and one place, these
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

    /** Returns stage, name and version of a module, for the log. */
    static String label(ModuleProvider provider) {
        String label = provider.stage().wireName() + "=" + provider.name();
        return provider.version().isEmpty() ? label : label + " " + provider.version();
    }

    /** Finds a module; throws a {@link ConfigurationException} that says what there is. */
    Found find(Stage stage, String name) {
        Map<String, Found> there = byStage.getOrDefault(stage, Map.of());
        Found found = there.get(name);
        if (found == null) {
            throw noSuchModule(stage, name, there.keySet());
        }
        return found;
    }

    private ConfigurationException noSuchModule(Stage stage, String name, Set<String> there) {
        return new ConfigurationException(stage.setting() + "=" + name + ": there is no such module for the stage "
                + stage.wireName() + gap
                + NearestName.of(name, there)
                        .map(nearest -> "; did you mean " + nearest + "? There is: ")
                        .orElse("; there is: ")
                + (there.isEmpty() ? "none" : String.join(", ", there)));
    }
}
