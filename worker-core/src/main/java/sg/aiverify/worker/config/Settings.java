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
 * The values of {@link Setting}s, each with its origin. Immutable.
 *
 * <p>An empty or blank value counts as not set, as in the original worker.
 */
@API(status = STABLE, since = "1.0")
public final class Settings {
    private final Map<String, Value> values;

    private record Value(String text, String origin) {}

    private Settings(Map<String, Value> values) {
        this.values = Map.copyOf(values);
    }

    /**
     * Returns settings without values, so that only the defaults apply.
     *
     * @return empty settings
     */
    public static Settings defaults() {
        return new Settings(Map.of());
    }

    /**
     * Creates settings from values in code.
     *
     * @param values the values, by the name of their variable
     * @return the settings
     */
    public static Settings of(Map<String, String> values) {
        return defaults().over(values, "set in code");
    }

    /**
     * Adds values. They take precedence over existing values.
     *
     * @param values the values, by the name of their variable
     * @param origin the origin of the values for messages, for example {@code environment}
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
     * Returns the value of a setting that has a default or is required.
     *
     * @param setting the setting
     * @param <T> the type of its value
     * @return the value, or the default if the setting is not set
     * @throws ConfigurationException if the value is not allowed, or the setting has neither a value nor a default
     */
    public <T> T get(Setting<T> setting) {
        return find(setting)
                .orElseThrow(() ->
                        new ConfigurationException(setting.name() + " is not set, but required: " + setting.meaning()));
    }

    /**
     * Returns the value of an optional setting.
     *
     * @param setting the setting
     * @param <T> the type of its value
     * @return the value, or the default if the setting is not set; empty if it has neither
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
     * Returns whether a setting is set.
     *
     * @param setting the setting
     * @return false if the setting has its default, or no value
     */
    public boolean isSet(Setting<?> setting) {
        Value value = values.get(setting.name());
        return value != null && !value.text().isBlank();
    }

    /**
     * Checks the values of settings.
     *
     * @param settings the settings to check
     * @throws ConfigurationException if a value is not allowed; the message lists all such values
     */
    public void check(Collection<? extends Setting<?>> settings) {
        List<String> problems = problems(settings);
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
    }

    /**
     * Returns the problems of settings whose values are not allowed.
     *
     * @param settings the settings to check
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
     * Returns these settings without the values that are not allowed. Their defaults apply instead.
     *
     * @param settings the settings to check
     * @return settings for which {@link #problems} finds no problem
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
     * Returns the names of all variables with a value, including unknown ones.
     *
     * @return the names, in no particular order
     */
    public Collection<String> names() {
        return values.keySet();
    }

    private static String problem(Setting<?> setting, Value value) {
        String shown = setting.isSecret() ? "***" : "'" + value.text() + "'";
        return setting.name() + "=" + shown + " (" + value.origin() + ") is not allowed; allowed: " + setting.allowed();
    }
}
