package sg.aiverify.worker.pipelines.k8s.internal.settings;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The flags of {@code kubectl run} that {@code KUBECTL_RUN_EXTRA_ARGS} may contain. Unknown flags are refused.
 * Immutable.
 */
public final class KubectlRunFlags {
    private static final Map<String, String> SHORT = Map.of("-n", "--namespace", "-l", "--labels", "-q", "--quiet");
    private static final Map<String, BiConsumer<KubectlRunFlags, String>> FLAGS = flags();

    private final Map<String, String> labels = new LinkedHashMap<>();
    private final Map<String, String> annotations = new LinkedHashMap<>();
    private final Map<String, String> variables = new LinkedHashMap<>();
    private final Map<String, String> limits = new LinkedHashMap<>();
    private final Map<String, String> requests = new LinkedHashMap<>();
    private @Nullable String namespace;
    private @Nullable String context;
    private @Nullable String kubeconfig;
    private @Nullable String serviceAccount;
    private @Nullable String pullPolicy;
    private @Nullable Duration startTimeout;
    private JsonObject overrides = new JsonObject();

    private KubectlRunFlags() {}

    private static Map<String, BiConsumer<KubectlRunFlags, String>> flags() {
        Map<String, BiConsumer<KubectlRunFlags, String>> flags = new LinkedHashMap<>();
        flags.put("--namespace", (parsed, value) -> parsed.namespace = name(value));
        flags.put("--labels", (parsed, value) -> parsed.labels.putAll(pairs(value)));
        flags.put("--annotations", (parsed, value) -> parsed.annotations.putAll(pair(value)));
        flags.put("--env", (parsed, value) -> parsed.variables.putAll(pair(value)));
        flags.put("--overrides", (parsed, value) -> parsed.overrides = object(value));
        flags.put("--override-type", (parsed, value) -> oneOf(value, "merge", "strategic"));
        flags.put(
                "--image-pull-policy",
                (parsed, value) -> parsed.pullPolicy = oneOf(value, "Always", "IfNotPresent", "Never"));
        flags.put("--limits", (parsed, value) -> parsed.limits.putAll(pairs(value)));
        flags.put("--requests", (parsed, value) -> parsed.requests.putAll(pairs(value)));
        flags.put("--serviceaccount", (parsed, value) -> parsed.serviceAccount = name(value));
        flags.put("--pod-running-timeout", (parsed, value) -> parsed.startTimeout = duration(value));
        flags.put("--context", (parsed, value) -> parsed.context = value);
        flags.put("--kubeconfig", (parsed, value) -> parsed.kubeconfig = value);
        flags.put("--restart", (parsed, value) -> oneOf(value, "Never"));
        flags.put("--quiet", (parsed, value) -> oneOf(value, "true", "false"));
        return flags;
    }

    /** Parses the value of the setting; throws IllegalArgumentException with the reason if the value is invalid. */
    static KubectlRunFlags parse(String text) {
        KubectlRunFlags parsed = new KubectlRunFlags();
        List<String> words = ShellWords.of(text);
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            int equals = word.startsWith("-") ? word.indexOf('=') : -1;
            String given = equals < 0 ? word : word.substring(0, equals);
            String flag = SHORT.getOrDefault(given, given);
            BiConsumer<KubectlRunFlags, String> setter = FLAGS.get(flag);
            if (setter == null) {
                throw new IllegalArgumentException("'" + given + "' is not known");
            }
            String value;
            if (equals >= 0) {
                value = word.substring(equals + 1);
            } else if (flag.equals("--quiet")) {
                value = "true";
            } else if (i + 1 < words.size()) {
                value = words.get(++i);
            } else {
                throw new IllegalArgumentException(given + " has no value");
            }
            try {
                setter.accept(parsed, value);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(given + ": " + e.getMessage(), e);
            }
        }
        return parsed;
    }

    /** Returns the names of the allowed flags, for a message. */
    static String known() {
        return String.join(", ", FLAGS.keySet());
    }

    public Optional<String> namespace() {
        return Optional.ofNullable(namespace);
    }

    public Optional<String> context() {
        return Optional.ofNullable(context);
    }

    public Optional<String> kubeconfig() {
        return Optional.ofNullable(kubeconfig);
    }

    Optional<String> serviceAccount() {
        return Optional.ofNullable(serviceAccount);
    }

    public Optional<String> pullPolicy() {
        return Optional.ofNullable(pullPolicy);
    }

    Optional<Duration> startTimeout() {
        return Optional.ofNullable(startTimeout);
    }

    public Map<String, String> labels() {
        return Map.copyOf(labels);
    }

    public Map<String, String> annotations() {
        return Map.copyOf(annotations);
    }

    public Map<String, String> variables() {
        return Map.copyOf(variables);
    }

    Map<String, String> limits() {
        return Map.copyOf(limits);
    }

    Map<String, String> requests() {
        return Map.copyOf(requests);
    }

    public JsonObject overrides() {
        return overrides.deepCopy();
    }

    private static Map<String, String> pairs(String value) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String pair : value.split(",")) {
            pairs.putAll(pair(pair));
        }
        return pairs;
    }

    private static Map<String, String> pair(String value) {
        int equals = value.indexOf('=');
        if (equals < 1) {
            throw new IllegalArgumentException("'" + value + "' is not of the form name=value");
        }
        return Map.of(value.substring(0, equals).strip(), value.substring(equals + 1));
    }

    private static JsonObject object(String value) {
        try {
            return JsonParser.parseString(value).getAsJsonObject();
        } catch (JsonParseException | IllegalStateException e) {
            throw new IllegalArgumentException("the value is not a JSON object", e);
        }
    }

    private static String oneOf(String value, String... allowed) {
        if (!List.of(allowed).contains(value)) {
            throw new IllegalArgumentException("'" + value + "' is not one of " + String.join(", ", allowed));
        }
        return value;
    }

    private static String name(String value) {
        if (!value.matches("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")) {
            throw new IllegalArgumentException("'" + value + "' is not a valid Kubernetes name");
        }
        return value;
    }

    /** Parses a duration in the format of Go: 90s, 5m, 1h30m. */
    private static Duration duration(String value) {
        if (!value.matches("(\\d+h)?(\\d+m)?(\\d+s)?") || value.isEmpty()) {
            throw new IllegalArgumentException("'" + value + "' is not a duration such as 90s or 5m");
        }
        return Duration.parse("PT" + value.toUpperCase(Locale.ROOT));
    }
}
