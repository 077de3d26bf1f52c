package sg.aiverify.worker.config.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.FailureText;

/**
 * The values of secret settings, to be kept out of texts. Thread-safe. Files are read again when they change; what they
 * held before stays secret.
 *
 * <p>What foreign code encodes in a way of its own cannot be found; foreign code gets no secret in the first place.
 */
public final class Secrets {
    /** Knows no secret; masks passwords in addresses all the same. */
    public static final Secrets NONE = new Secrets(Set.of(), List.of());

    private static final Logger log = LogManager.getLogger(Secrets.class);
    private static final String MASK = "***";
    private static final int MAX_FILE_BYTES = 64 * 1024;
    private static final Pattern PASSWORD_IN_ADDRESS =
            Pattern.compile("(?<=[A-Za-z0-9]://)[^\\s/@:'\"]{0,256}:[^\\s/@'\"]{1,1024}@");

    private final List<SecretFile> files;
    private volatile List<String> forms = List.of();

    private Secrets(Set<String> forms, List<SecretFile> files) {
        this.files = files;
        add(forms);
    }

    /**
     * Collects the secrets that are set.
     *
     * @param settings their values; those that are not allowed, and files that cannot be read, are left out
     * @param known what can be set
     * @return the values of all secret settings and the contents of all files that hold a secret
     */
    public static Secrets of(Settings settings, Collection<? extends Setting<?>> known) {
        Set<String> forms = new LinkedHashSet<>();
        List<SecretFile> files = new ArrayList<>();
        for (Setting<?> setting : known) {
            if (setting.isSecret() || setting.isSecretFile()) {
                try {
                    settings.find(setting).ifPresent(value -> {
                        if (setting.isSecretFile()) {
                            files.add(new SecretFile((Path) value));
                        } else {
                            forms.addAll(SecretForms.ofValue(value.toString()));
                        }
                    });
                    // Proxies are known by both.
                    settings.find(Setting.secret(setting.name().toLowerCase(Locale.ROOT), setting.meaning()))
                            .ifPresent(value -> forms.addAll(SecretForms.ofValue(value)));
                } catch (ConfigurationException e) {
                    log.debug("{} has no usable value", setting);
                }
            }
        }
        return new Secrets(forms, List.copyOf(files));
    }

    /**
     * Lists the files that hold a secret.
     *
     * @param settings name them; values that are not allowed are left out
     * @param known what can be set
     * @return the files, by the names of their settings
     */
    public static Map<String, Path> files(Settings settings, Collection<? extends Setting<?>> known) {
        Map<String, Path> files = new TreeMap<>();
        for (Setting<?> setting : known) {
            if (setting.isSecretFile()) {
                try {
                    settings.find(setting).ifPresent(file -> files.put(setting.name(), (Path) file));
                } catch (ConfigurationException e) {
                    log.debug("{} has no usable value", setting);
                }
            }
        }
        return files;
    }

    private synchronized void add(Collection<String> more) {
        // The longest first: one form may be a part of another.
        forms = Stream.concat(forms.stream(), more.stream())
                .distinct()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    /** A file whose content is secret. Thread-safe. */
    private static final class SecretFile {
        private final Path path;
        private @Nullable FileTime read;

        SecretFile(Path path) {
            this.path = path;
        }

        /** Gives what is new in it. */
        synchronized Set<String> news() {
            try {
                FileTime changed = Files.getLastModifiedTime(path);
                if (changed.equals(read)) {
                    return Set.of();
                }
                read = changed;
                return Files.size(path) > MAX_FILE_BYTES
                        ? Set.of()
                        : SecretForms.ofContent(new String(Files.readAllBytes(path), StandardCharsets.UTF_8));
            } catch (IOException e) {
                return Set.of(); // whoever needs it tells
            }
        }
    }

    /**
     * Replaces every secret in a text, as it is, as JSON and as a part of an address, and every password in an address.
     * What may be a part of one, beside a cut, is left out ({@link FailureText#withoutCutEdges}). So texts are bounded
     * only after this.
     *
     * @param text any text
     * @return the text that may be shown
     */
    public String masked(String text) {
        for (SecretFile file : files) {
            Set<String> news = file.news();
            if (!news.isEmpty()) {
                add(news);
            }
        }
        String masked = text;
        for (String form : forms) {
            masked = masked.replace(form, MASK);
        }
        return FailureText.withoutCutEdges(
                masked.contains("://") ? PASSWORD_IN_ADDRESS.matcher(masked).replaceAll(MASK + "@") : masked);
    }

    @Override
    public String toString() {
        return "Secrets[" + forms.size() + " forms]";
    }
}
