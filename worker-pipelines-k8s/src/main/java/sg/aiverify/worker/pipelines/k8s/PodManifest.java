package sg.aiverify.worker.pipelines.k8s;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.pipeline.ImageEnvironment;
import sg.aiverify.worker.python.RunVariables;

/** Makes the pod of a run, as the profile "restricted" of Pod Security wants it. Immutable. */
final class PodManifest {
    /** The one directory that a run can write to. */
    static final String HOME = "/aiverify";
    /** Who made the pod. */
    static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    /** The value of {@link #MANAGED_BY}. */
    static final String MANAGER = "aiverify-worker";
    /** The run that a pod is for. */
    static final String RUN = "worker.aiverify.sg/run";
    /** The worker that watches a pod. */
    static final String WORKER = "worker.aiverify.sg/worker";

    /** For so long a run goes on though no worker asks for it. */
    static final Duration LIFELINE = Duration.ofMinutes(10);

    // Waits for the inputs, then becomes the process that keeps the run going.
    private static final String KEEP = """
            import os, signal, sys, time
            signal.signal(signal.SIGTERM, lambda number, frame: os._exit(143))
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            while not os.path.isdir(sys.argv[1]):
                time.sleep(0.05)
            os.execvp(sys.argv[2], sys.argv[2:])
            """;

    private final KubectlSettings settings;
    private final RunVariables variables;
    private final String worker;
    private final Duration longest;

    /**
     * Prepares for pods of a worker.
     *
     * @param settings what they are like
     * @param variables what an algorithm's environment holds
     * @param worker the label of the worker
     * @param longest after which Kubernetes itself stops a pod, should no worker do it
     */
    PodManifest(KubectlSettings settings, RunVariables variables, String worker, Duration longest) {
        this.settings = settings;
        this.variables = variables;
        this.worker = worker;
        this.longest = longest;
    }

    /** Makes the pod for one attempt of a run; its name is never used twice. */
    Pod pod(String runId, ImageEnvironment image, String namespace) {
        String name = "run-" + runId.replace("-", "").toLowerCase(java.util.Locale.ROOT) + "-"
                + UUID.randomUUID().toString().substring(0, 5);
        return withWhatMustBe(merged(base(image)), name, runId, namespace);
    }

    /**
     * Makes the pod of a run's Job; its name and namespace are the Job's affair.
     *
     * @param runId the run
     * @param image what it runs in
     * @param change what is different in it from a pod that stands alone; what was configured goes over it
     * @return a pod template
     */
    PodTemplateSpec template(String runId, ImageEnvironment image, UnaryOperator<Pod> change) {
        Pod pod = withWhatMustBe(merged(change.apply(base(image))), null, runId, null);
        return new PodTemplateSpec(pod.getMetadata(), pod.getSpec());
    }

    private Pod merged(Pod base) {
        try {
            JsonObject merged = PodMerge.merge(
                    PodMerge.merge(tree(base), settings.template()),
                    PodMerge.withNamedContainer(settings.arguments().overrides()));
            return Serialization.unmarshal(merged.toString(), Pod.class);
        } catch (RuntimeException e) { // Gson and fabric8 tell of a wrong shape by half a dozen of them
            throw new ConfigurationException(
                    List.of("KUBECTL_POD_TEMPLATE or --overrides of KUBECTL_RUN_EXTRA_ARGS does not make a pod: "
                            + e.getMessage()),
                    e);
        }
    }

    private Pod base(ImageEnvironment image) {
        KubectlSettings.Placement placement = settings.placement();
        Pod pod = new PodBuilder()
                .withApiVersion("v1")
                .withKind("Pod")
                .withNewMetadata()
                .withLabels(settings.arguments().labels())
                .withAnnotations(settings.arguments().annotations())
                .endMetadata()
                .withNewSpec()
                .withContainers(container(image))
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withTerminationGracePeriodSeconds(1L)
                .withActiveDeadlineSeconds(longest.toSeconds())
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withRunAsUser(settings.user())
                .withRunAsGroup(settings.user())
                .withFsGroup(settings.user())
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .addNewVolume()
                .withName("aiverify")
                .withNewEmptyDir()
                .withSizeLimit(new Quantity(settings.resources().scratchMegabytes() + "Mi"))
                .endEmptyDir()
                .endVolume()
                .addNewVolume()
                .withName("tmp")
                .withNewEmptyDir()
                .withSizeLimit(new Quantity(settings.resources().scratchMegabytes() + "Mi"))
                .endEmptyDir()
                .endVolume()
                .endSpec()
                .build();
        if (!placement.nodeSelector().isEmpty()) {
            pod.getSpec().setNodeSelector(placement.nodeSelector());
        }
        placement.serviceAccount().ifPresent(pod.getSpec()::setServiceAccountName);
        placement.priorityClass().ifPresent(pod.getSpec()::setPriorityClassName);
        placement.runtimeClass().ifPresent(pod.getSpec()::setRuntimeClassName);
        pod.getSpec()
                .setTolerations(placement.tolerations().stream()
                        .map(toleration -> new TolerationBuilder()
                                .withKey(toleration.key())
                                .withOperator(toleration.value().isPresent() ? "Equal" : "Exists")
                                .withValue(toleration.value().orElse(null))
                                .withEffect(toleration.effect())
                                .build())
                        .toList());
        pod.getSpec()
                .setImagePullSecrets(placement.pullSecrets().stream()
                        .map(LocalObjectReference::new)
                        .toList());
        return pod;
    }

    private Container container(ImageEnvironment image) {
        Container container = new ContainerBuilder()
                .withName(PodMerge.CONTAINER)
                .withImage(image.in(settings.registry()))
                .withCommand(command(image.python()))
                .withEnv(environment())
                .withWorkingDir(HOME)
                .withNewResources()
                .withRequests(quantities(settings.resources().requests()))
                .withLimits(quantities(settings.resources().limits()))
                .endResources()
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withPrivileged(false)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .endSecurityContext()
                .addNewVolumeMount()
                .withName("aiverify")
                .withMountPath(HOME)
                .endVolumeMount()
                .addNewVolumeMount()
                .withName("tmp")
                .withMountPath("/tmp")
                .endVolumeMount()
                .build();
        settings.arguments().pullPolicy().ifPresent(container::setImagePullPolicy);
        return container;
    }

    private static List<String> command(String python) {
        List<String> command = new ArrayList<>(List.of(python, "-I", "-S", "-c", KEEP, PodFiles.ROOT));
        command.addAll(List.of(python, "-I", "-S", "-B", PodFiles.IN_POD, "keep", HOME));
        command.add(Long.toString(LIFELINE.toSeconds()));
        command.addAll(List.of(python, "-I", "-S", "-B", PodFiles.SCRIPTS + "/supervisor.py"));
        command.addAll(List.of(python, "-B", PodFiles.SCRIPTS + "/runner.py", "--request", PodFiles.REQUEST));
        return command;
    }

    private List<EnvVar> environment() {
        Map<String, String> all =
                new TreeMap<>(variables.forRun(Path.of("/", "python"), null, Path.of(PodFiles.PYTHON_HOME)));
        all.keySet().removeAll(List.of("PATH", "LD_LIBRARY_PATH")); // those of the image are right
        all.putAll(settings.arguments().variables());
        return all.entrySet().stream()
                .map(variable -> new EnvVarBuilder()
                        .withName(variable.getKey())
                        .withValue(variable.getValue())
                        .build())
                .toList();
    }

    private Pod withWhatMustBe(Pod pod, @Nullable String name, String runId, @Nullable String namespace) {
        ObjectMeta metadata = pod.getMetadata();
        metadata.setName(name);
        metadata.setGenerateName(null);
        metadata.setNamespace(namespace);
        Map<String, String> labels = new HashMap<>(metadata.getLabels() == null ? Map.of() : metadata.getLabels());
        labels.put(MANAGED_BY, MANAGER);
        labels.put(RUN, runId);
        labels.put(WORKER, worker);
        metadata.setLabels(labels);
        pod.getSpec().setRestartPolicy("Never");
        return pod;
    }

    private static Map<String, Quantity> quantities(Map<String, String> texts) {
        return texts.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> new Quantity(entry.getValue())));
    }

    private static JsonObject tree(Pod pod) {
        return JsonParser.parseString(Serialization.asJson(pod)).getAsJsonObject();
    }
}
