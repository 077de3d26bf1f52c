package sg.aiverify.worker.config;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.apiguardian.api.API;
import sg.aiverify.worker.failure.ConfigurationException;

/**
 * Values of {@link Setting}s, each with the place it came from. Immutable.
 *
 * <p>A value that is empty or blank counts as not set, as in the worker that this one replaces.
 */
@API(status = STABLE, since = "1.0")
public final class Settings {
    private final Map<String, Value> values;

    private record Value(String text, String origin) {}

    private Settings(Map<String, Value> values) {
        this.values = Map.copyOf(values);
    }

    /**
     * Holds nothing but defaults.
     *
     * @return empty settings
     */
    public static Settings defaults() {
        return new Settings(Map.of());
    }

    /**
     * Takes values given in code.
     *
     * @param values values by the name of their variable
     * @return the settings
     */
    public static Settings of(Map<String, String> values) {
        return defaults().over(values, "given in code");
    }

    /**
     * Adds values, which win over those that are there.
     *
     * @param values values by the name of their variable
     * @param origin where they come from, for error messages, for example {@code environment}
     * @return new settings
     */
    public Settings over(Map<String, String> values, String origin) {
        Map<String, Value> merged = new TreeMap<>(this.values);
        Objects.requireNonNull(origin, "origin");
        Objects.requireNonNull(values, "values")
                .forEach((name, text) -> merged.put(
                        Objects.requireNonNull(name, "a name"), new Value(Objects.requireNonNull(text, name), origin)));
        return new Settings(merged);
    }

    /**
     * Gives the value of a setting that has a default.
     *
     * @param setting what to look up
     * @param <T> its type
     * @return the value set, else the default
     * @throws ConfigurationException if the value is not allowed, or there is neither a value nor a default
     */
    public <T> T get(Setting<T> setting) {
        return find(setting)
                .orElseThrow(() ->
                        new ConfigurationException(setting.name() + " is not set; it is needed: " + setting.meaning()));
    }

    /**
     * Gives the value of a setting that may be absent.
     *
     * @param setting what to look up
     * @param <T> its type
     * @return the value set, else the default, else empty
     * @throws ConfigurationException if the value is not allowed
     */
    public <T> Optional<T> find(Setting<T> setting) {
        Value value = values.get(setting.name());
        if (value == null || value.text().isBlank()) {
            return setting.defaultText().map(setting::parse);
        }
        try {
            return Optional.of(setting.parse(value.text().strip()));
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(problem(setting, value));
        }
    }

    /**
     * Tells whether a setting was given a value.
     *
     * @param setting what to look up
     * @return false where only the default holds
     */
    public boolean isSet(Setting<?> setting) {
        Value value = values.get(setting.name());
        return value != null && !value.text().isBlank();
    }

    /**
     * Checks the values of all settings given.
     *
     * @param settings what is known
     * @throws ConfigurationException listing every value that is not allowed
     */
    public void check(Collection<? extends Setting<?>> settings) {
        List<String> problems = problems(settings);
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
    }

    /**
     * Lists the values that are not allowed.
     *
     * @param settings what is known
     * @return a sentence for each such value
     */
    public List<String> problems(Collection<? extends Setting<?>> settings) {
        List<String> problems = new ArrayList<>();
        for (Setting<?> setting : settings) {
            try {
                find(setting);
            } catch (ConfigurationException e) {
                problems.add(e.getMessage());
            }
        }
        return problems;
    }

    /**
     * Leaves out the values that are not allowed, so that their defaults hold.
     *
     * @param settings what is known
     * @return settings without {@link #problems}
     */
    public Settings usable(Collection<? extends Setting<?>> settings) {
        Map<String, Value> usable = new TreeMap<>(values);
        for (Setting<?> setting : settings) {
            if (!problems(List.of(setting)).isEmpty()) {
                usable.remove(setting.name());
            }
        }
        return new Settings(usable);
    }

    /**
     * Lists the names that hold a value, known or not.
     *
     * @return names in no particular order
     */
    public Collection<String> names() {
        return values.keySet();
    }

    private static String problem(Setting<?> setting, Value value) {
        String shown = setting.isSecret() ? "***" : "'" + value.text() + "'";
        return setting.name() + "=" + shown + " (" + value.origin() + ") is not allowed; allowed: " + setting.allowed();
    }
}
