package sg.aiverify.worker.config;

import static org.apiguardian.api.API.Status.STABLE;

import java.math.BigInteger;
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
 * A named, typed setting: an environment variable with its default, its meaning and its allowed values. Immutable.
 *
 * <p>The reference of all settings, {@code docs/configuration.md}, is generated from these definitions.
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
    private final Notes notes;

    private enum Secrecy {
        NONE,
        VALUE,
        FILE
    }

    /** Texts that are only in docs/configuration.md. Each may be empty. */
    private record Notes(String group, String whenNotSet, String details) {
        static final Notes NONE = new Notes("", "", "");

        Notes {
            Objects.requireNonNull(group, "group");
            Objects.requireNonNull(whenNotSet, "whenNotSet");
            Objects.requireNonNull(details, "details");
        }
    }

    private Setting(
            String name,
            @Nullable String defaultText,
            String meaning,
            String allowed,
            Secrecy secrecy,
            Function<String, T> parser,
            Notes notes) {
        this.name = Objects.requireNonNull(name, "name");
        this.defaultText = defaultText;
        this.meaning = Objects.requireNonNull(meaning, "meaning");
        this.allowed = Objects.requireNonNull(allowed, "allowed");
        this.secrecy = secrecy;
        this.parser = Objects.requireNonNull(parser, "parser");
        this.notes = notes;
    }

    private Setting<T> with(Notes changed) {
        return new Setting<>(name, defaultText, meaning, allowed, secrecy, parser, changed);
    }

    /**
     * Defines a setting with its own parser.
     *
     * @param name the variable's name
     * @param defaultText the default as a user would write it; null if there is no default
     * @param meaning the meaning, at most 12 words
     * @param allowed the allowed values, to complete the sentence "allowed: ..."
     * @param parser parses a value; throws {@link IllegalArgumentException} if the value is not allowed
     * @param <T> the type of the value
     * @return the setting
     */
    public static <T> Setting<T> of(
            String name, @Nullable String defaultText, String meaning, String allowed, Function<String, T> parser) {
        return new Setting<>(name, defaultText, meaning, allowed, Secrecy.NONE, parser, Notes.NONE);
    }

    /**
     * Defines a setting that takes any text.
     *
     * @param name the variable's name
     * @param defaultText the default; null if there is no default
     * @param meaning the meaning, at most 12 words
     * @return the setting
     */
    public static Setting<String> text(String name, @Nullable String defaultText, String meaning) {
        return of(name, defaultText, meaning, "any text", Function.identity());
    }

    /**
     * Defines a setting whose value must never be shown.
     *
     * @param name the variable's name
     * @param meaning the meaning, at most 12 words
     * @return the setting
     */
    public static Setting<String> secret(String name, String meaning) {
        return new Setting<>(name, null, meaning, "any text", Secrecy.VALUE, Function.identity(), Notes.NONE);
    }

    /**
     * Defines a setting that takes the path of a file whose content must never be shown.
     *
     * @param name the variable's name
     * @param meaning the meaning, at most 12 words
     * @return the setting
     */
    public static Setting<Path> secretFile(String name, String meaning) {
        Setting<Path> path = path(name, null, meaning);
        return new Setting<>(name, null, meaning, path.allowed, Secrecy.FILE, path.parser, Notes.NONE);
    }

    /**
     * Defines a setting that takes a whole number without a unit.
     *
     * @param name the variable's name
     * @param defaultText the default; null if there is no default
     * @param min the least value allowed
     * @param max the greatest value allowed; {@link Integer#MAX_VALUE} for no limit: it replaces greater values
     * @param meaning the meaning, at most 12 words
     * @return the setting
     */
    public static Setting<Integer> integer(
            String name, @Nullable String defaultText, int min, int max, String meaning) {
        return whole(name, defaultText, min, max, "a whole number", meaning);
    }

    /**
     * Defines a setting that takes a whole number with a unit.
     *
     * @param name the variable's name
     * @param defaultText the default; null if there is no default
     * @param min the least value allowed
     * @param max the greatest value allowed; {@link Integer#MAX_VALUE} for no limit: it replaces greater values
     * @param unit the unit, for example {@code MB} or {@code days}
     * @param meaning the meaning, at most 12 words
     * @return the setting
     */
    public static Setting<Integer> integer(
            String name, @Nullable String defaultText, int min, int max, String unit, String meaning) {
        return whole(name, defaultText, min, max, "a whole number of " + unit, meaning);
    }

    private static Setting<Integer> whole(
            String name, @Nullable String defaultText, int min, int max, String kind, String meaning) {
        boolean hasLimit = max != Integer.MAX_VALUE;
        String allowed = kind + " from " + min + (hasLimit ? " to " + max : ", no upper limit");
        BigInteger least = BigInteger.valueOf(min);
        BigInteger greatest = BigInteger.valueOf(max);
        return of(name, defaultText, meaning, allowed, text -> {
            BigInteger value = new BigInteger(text);
            if (value.compareTo(least) < 0 || hasLimit && value.compareTo(greatest) > 0) {
                throw new IllegalArgumentException("out of range");
            }
            return value.min(greatest).intValue();
        });
    }

    /**
     * Defines a setting that takes a number of seconds, at least one.
     *
     * @param name the variable's name
     * @param defaultText the default in seconds; null if there is no default
     * @param meaning the meaning, at most 12 words
     * @return the setting
     */
    public static Setting<Duration> seconds(String name, @Nullable String defaultText, String meaning) {
        Setting<Integer> whole = integer(name, defaultText, 1, Integer.MAX_VALUE, "seconds", meaning);
        return of(name, defaultText, meaning, whole.allowed, text -> Duration.ofSeconds(whole.parser.apply(text)));
    }

    /**
     * Defines a setting that is on or off.
     *
     * @param name the variable's name
     * @param defaultValue the default
     * @param meaning the meaning, at most 12 words
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
     * Defines a setting that takes a path. A path that starts with {@code ~} is refused, since only a shell replaces
     * the {@code ~}. Without a shell, {@code ~} would be a directory with this name in the working directory.
     *
     * @param name the variable's name
     * @param defaultText the default; null if there is no default
     * @param meaning the meaning, at most 12 words
     * @return the setting
     */
    public static Setting<Path> path(String name, @Nullable String defaultText, String meaning) {
        return of(name, defaultText, meaning, "a path that does not start with ~", text -> {
            if (text.startsWith("~")) {
                throw new IllegalArgumentException("no shell replaces the ~");
            }
            try {
                return FileNames.given(text);
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException(e);
            }
        });
    }

    /**
     * Defines a setting that takes one word from a list, in upper or lower case.
     *
     * @param name the variable's name
     * @param defaultText the default; null if there is no default
     * @param meaning the meaning, at most 12 words
     * @param words the allowed words, in lower case
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
     * Adds the setting to a group of the reference.
     *
     * @param group the group's heading; empty by default
     * @return the same setting in the group
     */
    public Setting<T> inGroup(String group) {
        return with(new Notes(group, notes.whenNotSet, notes.details));
    }

    /**
     * Describes the effect if the setting has no default and is not set.
     *
     * @param words the description in the reference, in Markdown; if empty, as by default, the reference shows "none"
     * @return the same setting with the description
     */
    public Setting<T> whenNotSet(String words) {
        return with(new Notes(notes.group, words, notes.details));
    }

    /**
     * Adds the text below the table of the reference.
     *
     * @param details sentences in Markdown, paragraphs with an empty line between them; empty by default
     * @return the same setting with the details
     */
    public Setting<T> withDetails(String details) {
        return with(new Notes(notes.group, notes.whenNotSet, details));
    }

    /**
     * Returns the name of the variable.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Returns the default as a user would write it.
     *
     * @return the default, or empty if there is none
     */
    public Optional<String> defaultText() {
        return Optional.ofNullable(defaultText);
    }

    /**
     * Returns the meaning of the setting.
     *
     * @return at most 12 words
     */
    public String meaning() {
        return meaning;
    }

    /**
     * Returns the allowed values.
     *
     * @return words that complete "allowed: ..."
     */
    public String allowed() {
        return allowed;
    }

    /**
     * Returns the heading of the setting's group in the reference.
     *
     * @return the heading; may be empty
     */
    public String group() {
        return notes.group;
    }

    /**
     * Returns the effect if the setting has no default and is not set.
     *
     * @return words in Markdown; may be empty
     */
    public String whenNotSet() {
        return notes.whenNotSet;
    }

    /**
     * Returns the text below the table of the reference.
     *
     * @return paragraphs in Markdown; may be empty
     */
    public String details() {
        return notes.details;
    }

    /**
     * Returns whether the value must never be shown.
     *
     * @return true for passwords and other secrets
     */
    public boolean isSecret() {
        return secrecy == Secrecy.VALUE;
    }

    /**
     * Returns whether the value is the path of a file whose content must never be shown.
     *
     * @return true for files with passwords and other secrets
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
