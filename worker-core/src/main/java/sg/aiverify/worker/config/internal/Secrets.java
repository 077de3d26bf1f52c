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
 * Masks the values of secret settings in texts. Thread-safe. Files are read again after a change; their previous
 * content is still masked.
 *
 * <p>Secrets that other code has encoded in an unusual way cannot be found. But untrusted code never receives a secret.
 */
public final class Secrets {
    /** An instance without secrets. It only masks passwords in addresses. */
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
     * Collects the secrets in settings.
     *
     * @param settings the values; values that are not allowed and files that cannot be read are left out
     * @param known all settings
     * @return the values of all secret settings and the contents of all secret files
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
                    // The names of the variables for proxies can be in upper or lower case.
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
     * Returns the files that contain a secret.
     *
     * @param settings the values; values that are not allowed are left out
     * @param known all settings
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
        // The longest form is first, since one form may be a part of another.
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

        /** Returns the forms of the content if the file has changed since the last call; otherwise an empty set. */
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
                return Set.of(); // The code that needs the file reports the error.
            }
        }
    }

    /**
     * Masks all secrets in a text, also those escaped for JSON or addresses, and all passwords in addresses. Removes
     * the characters next to cuts, since they may be a part of a secret ({@link FailureText#withoutCutEdges}).
     * Therefore texts must be shortened after this call, not before.
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
