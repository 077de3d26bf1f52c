package sg.aiverify.worker.config;

import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.ConfigurationException;

/**
 * The values of secret settings, to be kept out of texts. Immutable.
 *
 * <p>What foreign code encodes in a way of its own cannot be found; foreign code gets no secret in the first place.
 */
public final class Secrets {
    /** Knows no secret; masks passwords in addresses all the same. */
    public static final Secrets NONE = new Secrets(Set.of());

    private static final Logger log = LogManager.getLogger(Secrets.class);
    private static final String MASK = "***";
    /** A shorter value would make texts unreadable, and is no secret. */
    private static final int MIN_LENGTH = 4;

    private static final int MAX_FILE_BYTES = 64 * 1024;
    private static final Pattern PASSWORD_IN_ADDRESS =
            Pattern.compile("(?<=[A-Za-z0-9]://)[^\\s/@:'\"]{0,256}:[^\\s/@'\"]{1,1024}@");

    private final List<String> forms;

    private Secrets(Set<String> forms) {
        // The longest first: one form may be a part of another.
        this.forms = forms.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
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
        for (Setting<?> setting : known) {
            if (setting.isSecret() || setting.isSecretFile()) {
                try {
                    settings.find(setting).ifPresent(value -> add(forms, setting, value));
                } catch (ConfigurationException e) {
                    log.debug("{} has no usable value", setting);
                }
            }
        }
        return new Secrets(forms);
    }

    private static void add(Set<String> forms, Setting<?> setting, Object value) {
        String secret = setting.isSecretFile() ? content((Path) value) : value.toString();
        if (secret.length() >= MIN_LENGTH) {
            String json = new JsonPrimitive(secret).toString();
            forms.add(secret);
            forms.add(json.substring(1, json.length() - 1));
            forms.add(secret.replace("\\", "\\\\").replace("\"", "\\\""));
            forms.add(URLEncoder.encode(secret, StandardCharsets.UTF_8));
            forms.add(URLEncoder.encode(secret, StandardCharsets.UTF_8).replace("+", "%20"));
        }
    }

    private static String content(Path file) {
        try {
            return Files.size(file) > MAX_FILE_BYTES
                    ? ""
                    : Files.readString(file).strip();
        } catch (IOException e) {
            log.debug("{} cannot be read", file, e);
            return "";
        }
    }

    /**
     * Replaces every secret in a text, as it is, as JSON and as a part of an address, and every password in an address.
     *
     * @param text any text
     * @return the text with {@value #MASK} in their places
     */
    public String masked(String text) {
        String masked = text;
        for (String form : forms) {
            masked = masked.replace(form, MASK);
        }
        return masked.contains("://") ? PASSWORD_IN_ADDRESS.matcher(masked).replaceAll(MASK + "@") : masked;
    }

    @Override
    public String toString() {
        return "Secrets[" + forms.size() + " forms]";
    }
}
