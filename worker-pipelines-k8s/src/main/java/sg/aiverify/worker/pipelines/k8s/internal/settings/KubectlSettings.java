package sg.aiverify.worker.pipelines.k8s.internal.settings;

import com.google.gson.JsonObject;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.run.RunLimits;
import sg.aiverify.worker.stage.ImageEnvironment;

/**
 * The settings of all modules for Kubernetes.
 *
 * @param registry the registry that the cluster pulls images from; empty if the nodes already have the images
 * @param flags the flags of {@code kubectl run}
 * @param template a pod template to merge into each pod; an empty object if it is not set
 * @param resources the resources of a pod
 * @param placement the service account, nodes, classes and pull secrets of pods
 * @param user the numeric user and group that algorithms run as
 * @param startTimeout the time limit for the start of a pod
 */
public record KubectlSettings(
        String registry,
        KubectlRunFlags flags,
        JsonObject template,
        Resources resources,
        Placement placement,
        long user,
        Duration startTimeout) {
    private static final Logger log = LogManager.getLogger(KubectlSettings.class);

    /** The heading of these settings in the reference. */
    static final String GROUP = "Kubernetes";

    static final Setting<String> REGISTRY = Setting.text(
                    "KUBECTL_REGISTRY", null, "registry that the cluster pulls images from")
            .inGroup(GROUP)
            .whenNotSet("`DOCKER_REGISTRY`, else `localhost:5000`")
            .withDetails("An empty value means no registry: the nodes already have the images.");
    static final Setting<KubectlRunFlags> EXTRA_ARGS = Setting.of(
                    "KUBECTL_RUN_EXTRA_ARGS",
                    "--namespace=aiverify",
                    "flags of kubectl run for the pods",
                    KubectlRunFlags.known(),
                    KubectlSettings::flags)
            .inGroup(GROUP)
            .withDetails("See [kubernetes.md](kubernetes.md).");
    static final Setting<Path> POD_TEMPLATE = Setting.path(
                    "KUBECTL_POD_TEMPLATE", null, "YAML file with a pod or pod template for every pod")
            .inGroup(GROUP)
            .withDetails("The template is merged into every pod.");
    public static final Setting<Integer> SCRATCH = Setting.integer(
                    "KUBECTL_SCRATCH_MB",
                    "10240",
                    64,
                    16_777_216,
                    "MB",
                    "disk of a pod for its inputs, files and result")
            .inGroup(GROUP);
    static final Setting<String> CPU_REQUEST =
            quantity("KUBECTL_CPU_REQUEST", "500m", "processors that a pod reserves");
    static final Setting<String> MEMORY_REQUEST =
            quantity("KUBECTL_MEMORY_REQUEST", "512Mi", "memory that a pod reserves");
    static final Setting<String> SERVICE_ACCOUNT = Setting.text(
                    "KUBECTL_SERVICE_ACCOUNT", null, "service account of the pods; they do not get its token")
            .inGroup(GROUP);
    static final Setting<Map<String, String>> NODE_SELECTOR = Setting.of(
                    "KUBECTL_NODE_SELECTOR",
                    null,
                    "labels of the nodes that pods may run on",
                    "label=value, several with commas",
                    KubectlSettings::pairs)
            .inGroup(GROUP);
    static final Setting<List<Toleration>> TOLERATIONS = Setting.of(
                    "KUBECTL_TOLERATIONS",
                    null,
                    "taints of nodes that pods tolerate",
                    "key=value:Effect or key:Effect, several with commas; effects are NoSchedule, PreferNoSchedule, NoExecute",
                    (String text) -> words(text).map(Toleration::parse).toList())
            .inGroup(GROUP);
    static final Setting<String> PRIORITY_CLASS = Setting.text(
                    "KUBECTL_PRIORITY_CLASS", null, "priority class of the pods")
            .inGroup(GROUP);
    static final Setting<String> RUNTIME_CLASS = Setting.text(
                    "KUBECTL_RUNTIME_CLASS", null, "runtime class of the pods")
            .inGroup(GROUP);
    static final Setting<List<String>> PULL_SECRETS = Setting.of(
                    "KUBECTL_PULL_SECRETS",
                    null,
                    "names of Secrets to pull images with",
                    "names, several with commas",
                    (String text) -> words(text).toList())
            .inGroup(GROUP);
    public static final Setting<Integer> USER = Setting.of(
                    "KUBECTL_RUN_AS_USER",
                    "1000",
                    "user and group that algorithms run as",
                    "a whole number from 1, less than 2^31",
                    KubectlSettings::user)
            .inGroup(GROUP);
    static final Setting<Duration> START_TIMEOUT = Setting.seconds(
                    "KUBECTL_START_TIMEOUT_SECONDS",
                    "600",
                    "time limit for scheduling a pod, pulling its image and starting it")
            .inGroup(GROUP)
            .withDetails(
                    "If it is not set, `--pod-running-timeout` of `KUBECTL_RUN_EXTRA_ARGS` is used, else the default.");

    private static final String DEFAULT_REGISTRY = "localhost:5000";

    /**
     * The resources of a pod.
     *
     * @param requests the amounts that a pod reserves, by the resource's name
     * @param limits the largest amounts that a pod may use, by the resource's name
     * @param scratchMegabytes the disk space for inputs, files and result, in MB
     */
    public record Resources(Map<String, String> requests, Map<String, String> limits, int scratchMegabytes) {}

    /** The service account, nodes, classes and pull secrets of pods; values that are not set are empty. */
    public record Placement(
            Optional<String> serviceAccount,
            Map<String, String> nodeSelector,
            List<Toleration> tolerations,
            Optional<String> priorityClass,
            Optional<String> runtimeClass,
            List<String> pullSecrets) {}

    /** The taints that pods tolerate: those with this key, effect and value; without a value, those with any value. */
    public record Toleration(String key, Optional<String> value, String effect) {
        static Toleration parse(String text) {
            int colon = text.lastIndexOf(':');
            int equals = text.indexOf('=');
            String effect = text.substring(colon + 1);
            if (colon < 1
                    || equals == 0
                    || !List.of("NoSchedule", "PreferNoSchedule", "NoExecute").contains(effect)) {
                throw new IllegalArgumentException("not of the form key=value:Effect");
            }
            return equals < 0
                    ? new Toleration(text.substring(0, colon), Optional.empty(), effect)
                    : new Toleration(text.substring(0, equals), Optional.of(text.substring(equals + 1, colon)), effect);
        }
    }

    public static List<Setting<?>> all() {
        return List.of(
                ImageEnvironment.REGISTRY,
                REGISTRY,
                EXTRA_ARGS,
                POD_TEMPLATE,
                SCRATCH,
                CPU_REQUEST,
                MEMORY_REQUEST,
                RunLimits.MEMORY_MB,
                RunLimits.CPUS,
                RunLimits.PIDS,
                SERVICE_ACCOUNT,
                NODE_SELECTOR,
                TOLERATIONS,
                PRIORITY_CLASS,
                RUNTIME_CLASS,
                PULL_SECRETS,
                USER,
                START_TIMEOUT);
    }

    public static KubectlSettings from(Settings settings) {
        KubectlRunFlags flags = settings.get(EXTRA_ARGS);
        Map<String, String> limits = new TreeMap<>();
        RunLimits runLimits = RunLimits.from(settings);
        if (settings.isSet(RunLimits.PIDS)) {
            log.warn(
                    "{} has no effect on pods: Kubernetes limits processes only by the kubelet's podPidsLimit",
                    RunLimits.PIDS.name());
        }
        runLimits.memoryMegabytes().ifPresent(megabytes -> limits.put("memory", megabytes + "Mi"));
        runLimits
                .cpus()
                .ifPresent(cpus -> limits.put(
                        "cpu", BigDecimal.valueOf(cpus).stripTrailingZeros().toPlainString()));
        limits.putAll(flags.limits());
        Map<String, String> requests = new TreeMap<>();
        requests.put("cpu", settings.get(CPU_REQUEST));
        requests.put("memory", settings.get(MEMORY_REQUEST));
        requests.putAll(flags.requests());
        requests.replaceAll((name, requested) -> lesser(requested, limits.get(name)));
        return new KubectlSettings(
                registry(settings),
                flags,
                settings.find(POD_TEMPLATE).map(PodTemplateFile::read).orElseGet(JsonObject::new),
                new Resources(Map.copyOf(requests), Map.copyOf(limits), settings.get(SCRATCH)),
                new Placement(
                        flags.serviceAccount().or(() -> settings.find(SERVICE_ACCOUNT)),
                        settings.find(NODE_SELECTOR).orElse(Map.of()),
                        settings.find(TOLERATIONS).orElse(List.of()),
                        settings.find(PRIORITY_CLASS),
                        settings.find(RUNTIME_CLASS),
                        settings.find(PULL_SECRETS).orElse(List.of())),
                settings.get(USER),
                settings.isSet(START_TIMEOUT)
                        ? settings.get(START_TIMEOUT)
                        : flags.startTimeout().orElseGet(() -> settings.get(START_TIMEOUT)));
    }

    private static String registry(Settings settings) {
        boolean isEmptyOnPurpose = settings.names().contains(REGISTRY.name()) && !settings.isSet(REGISTRY);
        return isEmptyOnPurpose
                ? ""
                : settings.find(REGISTRY)
                        .or(() -> settings.find(ImageEnvironment.REGISTRY))
                        .orElse(DEFAULT_REGISTRY)
                        .replaceAll("/+$", "");
    }

    /** Returns the smaller amount, since the API server refuses a request above the limit. */
    private static String lesser(String request, @Nullable String limit) {
        boolean isAbove = limit != null
                && Quantity.getAmountInBytes(new Quantity(request))
                                .compareTo(Quantity.getAmountInBytes(new Quantity(limit)))
                        > 0;
        return isAbove ? limit : request;
    }

    private static Setting<String> quantity(String name, @Nullable String defaultText, String meaning) {
        return Setting.of(name, defaultText, meaning, "a quantity in the format of Kubernetes: 2, 500m, 4Gi", text -> {
                    if (!text.matches("\\d+(\\.\\d+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?")) {
                        throw new IllegalArgumentException("not a quantity");
                    }
                    return text;
                })
                .inGroup(GROUP);
    }

    // The largest value of Kubernetes' field runAsUser is 2^31 - 1.
    private static int user(String text) {
        int user = Integer.parseInt(text);
        if (user < 1) {
            throw new IllegalArgumentException("out of range");
        }
        return user;
    }

    // Has its own message, which names the wrong flag: the usual one hides the whole value, as it may contain secrets.
    private static KubectlRunFlags flags(String text) {
        try {
            return KubectlRunFlags.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(
                    List.of("KUBECTL_RUN_EXTRA_ARGS: " + e.getMessage() + "; allowed: " + KubectlRunFlags.known()), e);
        }
    }

    private static Map<String, String> pairs(String text) {
        Map<String, String> pairs = new TreeMap<>();
        words(text).forEach(pair -> {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("not of the form label=value");
            }
            pairs.put(pair.substring(0, equals), pair.substring(equals + 1));
        });
        return pairs;
    }

    private static Stream<String> words(String text) {
        return Arrays.stream(text.split(",")).map(String::strip).filter(word -> !word.isEmpty());
    }
}
