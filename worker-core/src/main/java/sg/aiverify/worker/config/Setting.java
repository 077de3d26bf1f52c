package sg.aiverify.worker.config;

import static org.apiguardian.api.API.Status.STABLE;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A named, typed setting: an environment variable with its default, its meaning and what it may be. Immutable.
 *
 * @param <T> the type of its value
 */
@API(status = STABLE, since = "1.0")
public final class Setting<T> {
    private final String name;
    private final @Nullable String defaultText;
    private final String meaning;
    private final String allowed;
    private final Secrecy secrecy;
    private final Function<String, T> parser;

    private enum Secrecy {
        NONE,
        VALUE,
        FILE
    }

    private Setting(
            String name,
            @Nullable String defaultText,
            String meaning,
            String allowed,
            Secrecy secrecy,
            Function<String, T> parser) {
        this.name = Objects.requireNonNull(name, "name");
        this.defaultText = defaultText;
        this.meaning = Objects.requireNonNull(meaning, "meaning");
        this.allowed = Objects.requireNonNull(allowed, "allowed");
        this.secrecy = secrecy;
        this.parser = Objects.requireNonNull(parser, "parser");
    }

    /**
     * Defines a setting with a parser of its own.
     *
     * @param name the variable's name
     * @param defaultText the default as a user would write it; null for none
     * @param meaning what it does, in a few words
     * @param allowed what a value may be, to complete the sentence "allowed: ..."
     * @param parser throws {@link IllegalArgumentException} on a value that is not allowed
     * @param <T> the type of the value
     * @return the setting
     */
    public static <T> Setting<T> of(
            String name, @Nullable String defaultText, String meaning, String allowed, Function<String, T> parser) {
        return new Setting<>(name, defaultText, meaning, allowed, Secrecy.NONE, parser);
    }

    /**
     * Defines a setting that takes any text.
     *
     * @param name the variable's name
     * @param defaultText the default; null for none
     * @param meaning what it does, in a few words
     * @return the setting
     */
    public static Setting<String> text(String name, @Nullable String defaultText, String meaning) {
        return of(name, defaultText, meaning, "any text", Function.identity());
    }

    /**
     * Defines a setting whose value must never be shown.
     *
     * @param name the variable's name
     * @param meaning what it does, in a few words
     * @return the setting
     */
    public static Setting<String> secret(String name, String meaning) {
        return new Setting<>(name, null, meaning, "any text", Secrecy.VALUE, Function.identity());
    }

    /**
     * Defines a setting that names a file whose content must never be shown.
     *
     * @param name the variable's name
     * @param meaning what it does, in a few words
     * @return the setting
     */
    public static Setting<Path> secretFile(String name, String meaning) {
        Setting<Path> path = path(name, null, meaning);
        return new Setting<>(name, null, meaning, path.allowed, Secrecy.FILE, path.parser);
    }

    /**
     * Defines a setting that takes a whole number.
     *
     * @param name the variable's name
     * @param defaultText the default; null for none
     * @param min the least value allowed
     * @param max the greatest value allowed
     * @param meaning what it does, in a few words
     * @return the setting
     */
    public static Setting<Integer> integer(
            String name, @Nullable String defaultText, int min, int max, String meaning) {
        return of(name, defaultText, meaning, "a whole number from " + min + " to " + max, text -> {
            int value = Integer.parseInt(text);
            if (value < min || value > max) {
                throw new IllegalArgumentException("out of range");
            }
            return value;
        });
    }

    /**
     * Defines a setting that takes a number of seconds, at least one.
     *
     * @param name the variable's name
     * @param defaultText the default in seconds; null for none
     * @param meaning what it does, in a few words
     * @return the setting
     */
    public static Setting<Duration> seconds(String name, @Nullable String defaultText, String meaning) {
        Setting<Integer> whole = integer(name, defaultText, 1, Integer.MAX_VALUE, meaning);
        return of(name, defaultText, meaning, whole.allowed, text -> Duration.ofSeconds(whole.parser.apply(text)));
    }

    /**
     * Defines a setting that is on or off.
     *
     * @param name the variable's name
     * @param defaultValue the default
     * @param meaning what it does, in a few words
     * @return the setting
     */
    public static Setting<Boolean> flag(String name, boolean defaultValue, String meaning) {
        return of(name, Boolean.toString(defaultValue), meaning, "true or false", text -> {
            if (!text.equalsIgnoreCase("true") && !text.equalsIgnoreCase("false")) {
                throw new IllegalArgumentException("neither true nor false");
            }
            return Boolean.parseBoolean(text);
        });
    }

    /**
     * Defines a setting that takes a path. One that starts with {@code ~} is refused: only a shell replaces it, and
     * not in a file; taken literally, it would name a directory {@code ~} in the working directory.
     *
     * @param name the variable's name
     * @param defaultText the default; null for none
     * @param meaning what it does, in a few words
     * @return the setting
     */
    public static Setting<Path> path(String name, @Nullable String defaultText, String meaning) {
        return of(name, defaultText, meaning, "a path, with the home directory written out, not as ~", text -> {
            if (text.startsWith("~")) {
                throw new IllegalArgumentException("nobody replaces the ~");
            }
            try {
                return FileNames.given(text);
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException(e);
            }
        });
    }

    /**
     * Defines a setting that takes one word of a list, in any case.
     *
     * @param name the variable's name
     * @param defaultText the default; null for none
     * @param meaning what it does, in a few words
     * @param words what is allowed, in lower case
     * @return the setting
     */
    public static Setting<String> oneOf(String name, @Nullable String defaultText, String meaning, String... words) {
        List<String> allowed = List.copyOf(Arrays.asList(words));
        return of(name, defaultText, meaning, String.join(", ", allowed), text -> {
            String word = text.toLowerCase(java.util.Locale.ROOT);
            if (!allowed.contains(word)) {
                throw new IllegalArgumentException("not in the list");
            }
            return word;
        });
    }

    /**
     * Names the variable.
     *
     * @return its name
     */
    public String name() {
        return name;
    }

    /**
     * Gives the default as a user would write it.
     *
     * @return the default, or empty if there is none
     */
    public Optional<String> defaultText() {
        return Optional.ofNullable(defaultText);
    }

    /**
     * Says what the setting does.
     *
     * @return a few words
     */
    public String meaning() {
        return meaning;
    }

    /**
     * Says what a value may be.
     *
     * @return words that complete "allowed: ..."
     */
    public String allowed() {
        return allowed;
    }

    /**
     * Tells whether the value must never be shown.
     *
     * @return true for a password and its like
     */
    public boolean isSecret() {
        return secrecy == Secrecy.VALUE;
    }

    /**
     * Tells whether the value names a file whose content must never be shown.
     *
     * @return true for the file of a password and its like
     */
    public boolean isSecretFile() {
        return secrecy == Secrecy.FILE;
    }

    T parse(String text) {
        return parser.apply(text);
    }

    @Override
    public String toString() {
        return name;
    }
}
