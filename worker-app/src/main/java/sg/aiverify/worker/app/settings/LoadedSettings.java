package sg.aiverify.worker.app.settings;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.pipeline.Stage;

/**
 * Settings as the process finds them: the real environment first, then the file {@code .env}.
 *
 * @param settings the values, checked
 * @param notices what the operator should know, one sentence each; none shows a secret
 */
public record LoadedSettings(Settings settings, List<String> notices) {
    /** Variables of the original worker that mean nothing any more. */
    static final Set<String> OBSOLETE = Set.of("DOCKER", "KUBECTL");

    private static final String ENVIRONMENT = "environment";
    static final String LOWER_CASE_ERROR_STAGE = "pipeline_error";

    public LoadedSettings {
        notices = List.copyOf(notices);
    }

    /**
     * Reads and checks all settings.
     *
     * @param environment the process's environment
     * @param directory where a file {@code .env} may lie
     * @param knownOf lists every setting there is, given the unchecked values
     * @return the settings and what was odd about them
     * @throws ConfigurationException listing every value that is not allowed
     */
    public static LoadedSettings load(
            Map<String, String> environment, Path directory, Function<Settings, Collection<Setting<?>>> knownOf) {
        Map<String, String> file = EnvironmentFile.read(directory);
        Settings settings = Settings.defaults().over(file, EnvironmentFile.NAME).over(set(environment), ENVIRONMENT);
        settings = withErrorStage(withErrorStage(settings, file, EnvironmentFile.NAME), environment, ENVIRONMENT);
        Collection<Setting<?>> known = knownOf.apply(settings);
        List<String> notices = new ArrayList<>(differences(environment, file, known));
        notices.addAll(obsolete(settings));
        List<String> unknown = new NameCheck(known).notices(settings.names());
        notices.addAll(unknown);
        check(settings, environment, known, unknown);
        return new LoadedSettings(settings, notices);
    }

    // A blank variable counts as not set, so it must not hide what .env says.
    private static Map<String, String> set(Map<String, String> environment) {
        return environment.entrySet().stream()
                .filter(entry -> !entry.getValue().isBlank())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    // The original prefers this spelling of PIPELINE_ERROR, wherever it is set.
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

    private static List<String> obsolete(Settings settings) {
        String found =
                settings.names().stream().filter(OBSOLETE::contains).sorted().collect(Collectors.joining(" and "));
        return found.isEmpty()
                ? List.of()
                : List.of(found + (found.contains(" ") ? " are" : " is")
                        + " no longer used: the worker talks to Docker and Kubernetes without"
                        + " their command-line tools");
    }

    private static void check(
            Settings settings,
            Map<String, String> environment,
            Collection<? extends Setting<?>> known,
            List<String> unknown) {
        try {
            settings.check(known);
        } catch (ConfigurationException e) {
            List<String> problems = new ArrayList<>(List.of(String.valueOf(e.getMessage())));
            if (environment.getOrDefault("VALKEY_PORT", "").startsWith("tcp://")) {
                problems.add("VALKEY_PORT was set by Kubernetes for a service named valkey, not by you; set it in the"
                        + " pod's env, or set enableServiceLinks: false there");
            }
            // Nobody gets to see the notices of a start that fails.
            problems.addAll(unknown);
            throw new ConfigurationException(problems);
        }
    }
}
