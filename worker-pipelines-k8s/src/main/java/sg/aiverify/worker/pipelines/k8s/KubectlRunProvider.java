package sg.aiverify.worker.pipelines.k8s;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.File;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.engine.EngineSettings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.pipeline.ImageEnvironment;
import sg.aiverify.worker.pipeline.Pipe;
import sg.aiverify.worker.pipeline.PipeHost;
import sg.aiverify.worker.pipeline.PipeProvider;
import sg.aiverify.worker.pipeline.Stage;
import sg.aiverify.worker.python.RunVariables;

/** Offers {@code kubectl_run}. */
public final class KubectlRunProvider implements PipeProvider {
    private static final Duration OVERTIME = Duration.ofMinutes(10);

    private final Function<RunArguments, KubernetesClient> clients;

    /** Creates the provider for the cluster that this process's kubeconfig or service account leads to. */
    public KubectlRunProvider() {
        this(KubectlRunProvider::connect);
    }

    KubectlRunProvider(Function<RunArguments, KubernetesClient> clients) {
        this.clients = clients;
    }

    @Override
    public Stage stage() {
        return Stage.PIPELINE_EXECUTE;
    }

    @Override
    public String name() {
        return "kubectl_run";
    }

    @Override
    public Collection<Setting<?>> settings() {
        return Stream.<Setting<?>>concat(KubectlSettings.all().stream(), EngineSettings.all().stream())
                .toList();
    }

    @Override
    public Pipe create(PipeHost host) {
        KubectlSettings settings = KubectlSettings.from(host.settings());
        EngineSettings engine = EngineSettings.from(host.settings());
        int cores = Runtime.getRuntime().availableProcessors();
        RunVariables runVariables = new RunVariables(host.variables(), cores, engine.concurrency());
        String worker = workerName(host.variables().getOrDefault("HOSTNAME", ""));
        Duration longest = Objects.requireNonNull(engine.stageTimeouts().get(Stage.PIPELINE_EXECUTE))
                .plus(settings.startTimeout())
                .plus(OVERTIME);
        PodManifest manifest = new PodManifest(settings, runVariables, worker, longest);
        manifest.pod(
                "check", new ImageEnvironment("check", "check", "python3"), "check"); // a bad template ends the start
        KubernetesClient client = clients.apply(settings.arguments());
        String namespace = settings.arguments().namespace().orElseGet(client::getNamespace);
        if (namespace == null) {
            client.close();
            throw new ConfigurationException(
                    "KUBECTL_RUN_EXTRA_ARGS names no --namespace, and neither does the kubeconfig");
        }
        PodSweep sweep = new PodSweep(client, namespace, worker, host.clock(), PodSweep.thread());
        sweep.start();
        return new KubectlRun(
                client,
                namespace,
                settings,
                manifest,
                host.dataDirectory(),
                host.clock(),
                sweep,
                new WorkerPods(client, namespace, worker));
    }

    /** Makes a name for a worker process that no other has, fit for a label and for a Lease. */
    static String workerName(String host) {
        String readable = host.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        String bounded = readable.substring(0, Math.min(40, readable.length()));
        return "java-" + (bounded.isEmpty() ? "" : bounded + "-")
                + UUID.randomUUID().toString().substring(0, 8);
    }

    /** The library takes no path, but a text. */
    private static File passable(String file) {
        if (!FileNames.isPassable(file)) {
            throw new ConfigurationException("The kubeconfig '" + file + "' cannot be read: "
                    + FileNames.limit().orElseThrow());
        }
        return new File(file);
    }

    /** Connects to the cluster that flags, kubeconfig or service account lead to. */
    static KubernetesClient connect(RunArguments arguments) {
        try {
            Config found = arguments
                    .kubeconfig()
                    .map(file -> Config.fromKubeconfig(arguments.context().orElse(null), passable(file)))
                    .orElseGet(() -> Config.autoConfigure(arguments.context().orElse(null)));
            Config bounded = new ConfigBuilder(found)
                    .withRequestRetryBackoffLimit(3)
                    .withConnectionTimeout(10_000)
                    .withRequestTimeout(10_000)
                    .build();
            return new KubernetesClientBuilder().withConfig(bounded).build();
        } catch (RuntimeException e) { // fabric8 has no exception of its own for it
            throw new ConfigurationException(
                    List.of("The cluster's configuration (kubeconfig or service account) cannot be read: "
                            + e.getMessage()),
                    e);
        }
    }
}
