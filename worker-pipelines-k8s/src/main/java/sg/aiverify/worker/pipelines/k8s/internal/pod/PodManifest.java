package sg.aiverify.worker.pipelines.k8s.internal.pod;

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
import sg.aiverify.worker.pipelines.k8s.internal.client.WorkerLabels;
import sg.aiverify.worker.pipelines.k8s.internal.settings.KubectlSettings;
import sg.aiverify.worker.pipelines.k8s.internal.settings.PodTemplateFile;
import sg.aiverify.worker.python.RunVariables;
import sg.aiverify.worker.stage.ImageEnvironment;

/** Builds the pod of a run, which satisfies the "restricted" profile of Pod Security. Immutable. */
public final class PodManifest {
    /** The time for which a run continues while no worker follows it. */
    static final Duration UNATTENDED_LIMIT = Duration.ofMinutes(10);

    // The container's first process: waits for the inputs, and then replaces itself with in_pod.py.
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
     * Creates a builder for the pods of a worker.
     *
     * @param settings the settings of the pods
     * @param variables the environment variables of an algorithm
     * @param worker the name of the worker
     * @param longest the time after which Kubernetes stops a pod, if no worker has stopped it
     */
    public PodManifest(KubectlSettings settings, RunVariables variables, String worker, Duration longest) {
        this.settings = settings;
        this.variables = variables;
        this.worker = worker;
        this.longest = longest;
    }

    /** Builds the pod for one attempt of a run, with a unique name. */
    public Pod pod(String runId, ImageEnvironment image, String namespace) {
        String name = "run-" + runId.replace("-", "").toLowerCase(java.util.Locale.ROOT) + "-"
                + UUID.randomUUID().toString().substring(0, 5);
        return withRequiredFields(merged(base(image)), name, runId, namespace);
    }

    /**
     * Builds the pod template of a run's Job. The Job sets the name and the namespace.
     *
     * @param runId the run
     * @param image the image of the container
     * @param change changes the pod before the configured template is merged into it
     * @return a pod template
     */
    public PodTemplateSpec template(String runId, ImageEnvironment image, UnaryOperator<Pod> change) {
        Pod pod = withRequiredFields(merged(change.apply(base(image))), null, runId, null);
        return new PodTemplateSpec(pod.getMetadata(), pod.getSpec());
    }

    private Pod merged(Pod base) {
        try {
            JsonObject merged = TemplateMerge.merge(
                    TemplateMerge.merge(tree(base), settings.template()),
                    PodTemplateFile.withNamedContainer(settings.flags().overrides()));
            return Serialization.unmarshal(merged.toString(), Pod.class);
        } catch (RuntimeException e) { // Gson and fabric8 throw many kinds of exceptions for invalid content
            throw new ConfigurationException(
                    List.of("KUBECTL_POD_TEMPLATE or --overrides of KUBECTL_RUN_EXTRA_ARGS results in an invalid pod: "
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
                .withLabels(settings.flags().labels())
                .withAnnotations(settings.flags().annotations())
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
                .withName(PodTemplateFile.CONTAINER)
                .withImage(image.in(settings.registry()))
                .withCommand(command(image.python()))
                .withEnv(environment())
                .withWorkingDir(PodPaths.HOME)
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
                .withMountPath(PodPaths.HOME)
                .endVolumeMount()
                .addNewVolumeMount()
                .withName("tmp")
                .withMountPath("/tmp")
                .endVolumeMount()
                .build();
        settings.flags().pullPolicy().ifPresent(container::setImagePullPolicy);
        return container;
    }

    private static List<String> command(String python) {
        List<String> command = new ArrayList<>(List.of(python, "-I", "-S", "-c", KEEP, PodPaths.ROOT));
        command.addAll(List.of(python, "-I", "-S", "-B", PodPaths.IN_POD, "keep", PodPaths.HOME));
        command.add(Long.toString(UNATTENDED_LIMIT.toSeconds()));
        command.addAll(List.of(python, "-I", "-S", "-B", PodPaths.SCRIPTS + "/supervisor.py"));
        command.addAll(List.of(python, "-B", PodPaths.SCRIPTS + "/runner.py", "--request", PodPaths.REQUEST));
        return command;
    }

    private List<EnvVar> environment() {
        Map<String, String> all =
                new TreeMap<>(variables.forRun(Path.of("/", "python"), null, Path.of(PodPaths.PYTHON_HOME)));
        all.keySet().removeAll(List.of("PATH", "LD_LIBRARY_PATH")); // the image sets them
        all.putAll(settings.flags().variables());
        return all.entrySet().stream()
                .map(variable -> new EnvVarBuilder()
                        .withName(variable.getKey())
                        .withValue(variable.getValue())
                        .build())
                .toList();
    }

    private Pod withRequiredFields(Pod pod, @Nullable String name, String runId, @Nullable String namespace) {
        ObjectMeta metadata = pod.getMetadata();
        metadata.setName(name);
        metadata.setGenerateName(null);
        metadata.setNamespace(namespace);
        Map<String, String> labels = new HashMap<>(metadata.getLabels() == null ? Map.of() : metadata.getLabels());
        labels.put(WorkerLabels.MANAGED_BY, WorkerLabels.MANAGER);
        labels.put(WorkerLabels.RUN, runId);
        labels.put(WorkerLabels.WORKER, worker);
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
