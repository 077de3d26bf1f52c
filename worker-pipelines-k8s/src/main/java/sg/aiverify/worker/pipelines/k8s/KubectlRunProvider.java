package sg.aiverify.worker.pipelines.k8s;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.Collection;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.engine.EngineSettings;
import sg.aiverify.worker.pipelines.k8s.internal.cleanup.PodCleanup;
import sg.aiverify.worker.pipelines.k8s.internal.cleanup.WorkerLease;
import sg.aiverify.worker.pipelines.k8s.internal.client.ClusterConnection;
import sg.aiverify.worker.pipelines.k8s.internal.client.WorkerLabels;
import sg.aiverify.worker.pipelines.k8s.internal.pod.PodManifest;
import sg.aiverify.worker.pipelines.k8s.internal.settings.KubectlRunFlags;
import sg.aiverify.worker.pipelines.k8s.internal.settings.KubectlSettings;
import sg.aiverify.worker.python.RunVariables;
import sg.aiverify.worker.stage.ImageEnvironment;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.StageModule;
import sg.aiverify.worker.stage.WorkerContext;

/** Provides {@code kubectl_run}. */
@API(status = EXPERIMENTAL, since = "1.0")
public final class KubectlRunProvider implements ModuleProvider {
    private static final Duration OVERTIME = Duration.ofMinutes(10);

    private final Function<KubectlRunFlags, KubernetesClient> clients;

    /** Creates the provider for the cluster of this process's kubeconfig or service account. */
    public KubectlRunProvider() {
        this(ClusterConnection::openClient);
    }

    KubectlRunProvider(Function<KubectlRunFlags, KubernetesClient> clients) {
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
    public StageModule create(WorkerContext context) {
        KubectlSettings settings = KubectlSettings.from(context.settings());
        EngineSettings engine = EngineSettings.from(context.settings());
        int cores = Runtime.getRuntime().availableProcessors();
        RunVariables runVariables = new RunVariables(context.variables(), cores, engine.concurrency());
        String worker = WorkerLabels.newWorkerName(context.variables().getOrDefault("HOSTNAME", ""));
        Duration longest = Objects.requireNonNull(engine.stageTimeouts().get(Stage.PIPELINE_EXECUTE))
                .plus(settings.startTimeout())
                .plus(OVERTIME);
        PodManifest manifest = new PodManifest(settings, runVariables, worker, longest);
        // Throws if the pod template is invalid.
        manifest.pod("check", new ImageEnvironment("check", "check", "python3"), "check");
        ClusterConnection connection = ClusterConnection.of(
                clients.apply(settings.flags()),
                settings.flags().namespace(),
                worker,
                "KUBECTL_RUN_EXTRA_ARGS has no --namespace, and the kubeconfig has no namespace; set one of them");
        WorkerLease lease = new WorkerLease(connection, context.clock());
        PodCleanup cleanup = new PodCleanup(connection, lease, living -> {});
        cleanup.start();
        return new KubectlRun(connection, settings, manifest, context.dataDirectory(), context.clock(), lease, cleanup);
    }
}
