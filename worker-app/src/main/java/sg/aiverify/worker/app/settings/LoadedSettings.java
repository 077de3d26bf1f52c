package sg.aiverify.worker.app.settings;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.config.internal.Secrets;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.python.BuildVariables;
import sg.aiverify.worker.stage.Stage;

/**
 * The settings of the process: from the environment, else from the file {@code .env}.
 *
 * @param settings the values, not yet checked
 * @param secrets the secrets among them, to mask
 * @param notices warnings for the operator, one sentence each, without secrets
 * @param problems the errors in the values and in the file, one sentence each
 */
public record LoadedSettings(Settings settings, Secrets secrets, List<String> notices, List<String> problems) {
    /** Variables of the original worker that have no effect any more. */
    static final Set<String> OBSOLETE = Set.of("DOCKER", "KUBECTL");

    private static final String ENVIRONMENT = "environment";
    static final String LOWER_CASE_ERROR_STAGE = "pipeline_error";

    public LoadedSettings {
        notices = List.copyOf(notices);
        problems = List.copyOf(problems);
    }

    /**
     * Returns the settings if they have no problems.
     *
     * @return the settings
     * @throws ConfigurationException listing all problems
     */
    public Settings checked() {
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
        return settings;
    }

    /**
     * Reads all settings.
     *
     * @param environment the environment variables of the process
     * @param directory the directory in which the file {@code .env} may exist
     * @param knownOf returns the known settings for the unchecked values
     * @return the settings with their notices and problems
     */
    public static LoadedSettings load(
            Map<String, String> environment, Path directory, Function<Settings, KnownSettings> knownOf) {
        EnvironmentFile read = EnvironmentFile.read(directory);
        Map<String, String> file = read.values();
        Settings settings = Settings.defaults()
                .over(blank(environment), ENVIRONMENT)
                .over(file, EnvironmentFile.NAME)
                .over(set(environment), ENVIRONMENT);
        settings = withErrorStage(withErrorStage(settings, file, EnvironmentFile.NAME), environment, ENVIRONMENT);
        KnownSettings known = knownOf.apply(settings);
        List<String> notices = new ArrayList<>(differences(environment, file, known.all()));
        notices.addAll(obsolete(settings));
        notices.addAll(new NameCheck(known.all(), known.used()).notices(settings.names()));
        List<String> problems = new ArrayList<>(read.problems());
        problems.addAll(settings.problems(known.used()));
        problems.addAll(lost(environment, known.all()));
        if (environment.getOrDefault("VALKEY_PORT", "").startsWith("tcp://")) {
            problems.add("VALKEY_PORT was set by Kubernetes for a service named valkey, not by you; set VALKEY_PORT in"
                    + " the pod's env, or set enableServiceLinks: false in the pod's spec");
        }
        return new LoadedSettings(settings, Secrets.of(settings, known.all()), notices, problems);
    }

    /**
     * Adds the variables for package tools from the file {@code .env}: indexes, certificates and proxies.
     *
     * @param environment the environment variables of the process, which have priority
     * @param directory the directory in which the file may exist
     * @return the variables for the programs that the worker starts
     */
    public static Map<String, String> variables(Map<String, String> environment, Path directory) {
        Map<String, String> variables =
                new HashMap<>(BuildVariables.of(EnvironmentFile.read(directory).values()));
        variables.values().removeIf(String::isBlank);
        environment.forEach((name, value) -> {
            if (!value.isBlank() || !variables.containsKey(name)) {
                variables.put(name, value);
            }
        });
        return Map.copyOf(variables);
    }

    // A blank variable counts as not set and must not hide a value in .env. It is kept, since some modules check
    // whether a variable exists.
    private static Map<String, String> blank(Map<String, String> environment) {
        return environment.entrySet().stream()
                .filter(entry -> entry.getValue().isBlank())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static Map<String, String> set(Map<String, String> environment) {
        return environment.entrySet().stream()
                .filter(entry -> !entry.getValue().isBlank())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    // As in the original worker, the spelling pipeline_error has priority over PIPELINE_ERROR.
    private static Settings withErrorStage(Settings settings, Map<String, String> values, String origin) {
        String module = values.getOrDefault(LOWER_CASE_ERROR_STAGE, "");
        return module.isBlank()
                ? settings
                : settings.over(Map.of(Stage.PIPELINE_ERROR.setting().name(), module), origin + ", as pipeline_error");
    }

    private static List<String> differences(
            Map<String, String> environment, Map<String, String> file, Collection<? extends Setting<?>> known) {
        Set<String> names = known.stream().map(Setting::name).collect(Collectors.toSet());
        return new TreeMap<>(file)
                .entrySet().stream()
                        .filter(entry -> names.contains(entry.getKey()))
                        .filter(entry -> !entry.getValue().isBlank())
                        .filter(entry ->
                                !environment.getOrDefault(entry.getKey(), "").isBlank())
                        .filter(entry -> !entry.getValue()
                                .strip()
                                .equals(environment.get(entry.getKey()).strip()))
                        .map(entry -> entry.getKey() + " differs between the environment and .env;"
                                + " the environment's value is used")
                        .toList();
    }

    /**
     * Finds values that Java could not decode, such as a password that would differ from the one that the operator set.
     */
    private static List<String> lost(Map<String, String> environment, Collection<? extends Setting<?>> known) {
        return known.stream()
                .map(Setting::name)
                .distinct()
                .filter(name -> environment.getOrDefault(name, "").indexOf('\uFFFD') >= 0)
                .map(name -> name + " (environment) contains characters that are not UTF-8; encode the value in UTF-8")
                .toList();
    }

    private static List<String> obsolete(Settings settings) {
        String found =
                settings.names().stream().filter(OBSOLETE::contains).sorted().collect(Collectors.joining(" and "));
        return found.isEmpty()
                ? List.of()
                : List.of(found + (found.contains(" ") ? " are" : " is")
                        + " no longer used: the worker connects to Docker and Kubernetes without"
                        + " their command-line tools");
    }
}
