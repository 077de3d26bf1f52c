package sg.aiverify.worker.pipelines.k8s;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.engine.EngineSettings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.pipelines.k8s.internal.cleanup.JobCleanup;
import sg.aiverify.worker.pipelines.k8s.internal.cleanup.PodCleanup;
import sg.aiverify.worker.pipelines.k8s.internal.cleanup.WorkerLease;
import sg.aiverify.worker.pipelines.k8s.internal.client.ClusterConnection;
import sg.aiverify.worker.pipelines.k8s.internal.client.WorkerLabels;
import sg.aiverify.worker.pipelines.k8s.internal.job.JobDirectory;
import sg.aiverify.worker.pipelines.k8s.internal.job.JobInputs;
import sg.aiverify.worker.pipelines.k8s.internal.job.JobManifest;
import sg.aiverify.worker.pipelines.k8s.internal.job.JobStore;
import sg.aiverify.worker.pipelines.k8s.internal.job.VolumeFiles;
import sg.aiverify.worker.pipelines.k8s.internal.pod.PodManifest;
import sg.aiverify.worker.pipelines.k8s.internal.settings.JobSettings;
import sg.aiverify.worker.pipelines.k8s.internal.settings.KubectlRunFlags;
import sg.aiverify.worker.pipelines.k8s.internal.settings.KubectlSettings;
import sg.aiverify.worker.python.RunVariables;
import sg.aiverify.worker.stage.ImageEnvironment;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.StageModule;
import sg.aiverify.worker.stage.WorkerContext;

/** Provides {@code kubectl_run2}. */
@API(status = EXPERIMENTAL, since = "1.0")
public final class KubectlRun2Provider implements ModuleProvider {
    static final String NAME = "kubectl_run2";
    // A Job's deadline is later than the worker's own limit by this time: it is only for runs of dead workers.
    private static final Duration OVERTIME = Duration.ofSeconds(30);

    // The longest time by which Kubernetes may report the end of a pod later than job.py does. Kubernetes reports late
    // while the API server or the node is unavailable.
    static final Duration STATUS_LAG = Duration.ofSeconds(30);

    private final Function<KubectlRunFlags, KubernetesClient> clients;
    private final Duration statusLag;

    /** Creates the provider for the cluster of this process's kubeconfig or service account. */
    public KubectlRun2Provider() {
        this(ClusterConnection::openClient, STATUS_LAG);
    }

    KubectlRun2Provider(Function<KubectlRunFlags, KubernetesClient> clients, Duration statusLag) {
        this.clients = clients;
        this.statusLag = statusLag;
    }

    @Override
    public Stage stage() {
        return Stage.PIPELINE_EXECUTE;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Collection<Setting<?>> settings() {
        return Stream.<Setting<?>>concat(JobSettings.all().stream(), EngineSettings.all().stream())
                .toList();
    }

    @Override
    public StageModule create(WorkerContext context) {
        KubectlSettings pods = KubectlSettings.from(context.settings());
        JobSettings settings = JobSettings.from(context.settings());
        EngineSettings engine = EngineSettings.from(context.settings());
        RunVariables runVariables =
                new RunVariables(context.variables(), Runtime.getRuntime().availableProcessors(), engine.concurrency());
        String worker = WorkerLabels.newWorkerName(context.variables().getOrDefault("HOSTNAME", ""));
        Duration deadline = Objects.requireNonNull(engine.stageTimeouts().get(Stage.PIPELINE_EXECUTE))
                .plus(OVERTIME);
        JobManifest manifest =
                new JobManifest(new PodManifest(pods, runVariables, worker, deadline), settings, worker, deadline);
        manifest.job(
                "check",
                new ImageEnvironment("check", "check", "python3"),
                "",
                "check"); // throws if the pod template is invalid
        ClusterConnection connection = ClusterConnection.of(
                clients.apply(pods.flags()),
                settings.namespace().or(() -> pods.flags().namespace()),
                worker,
                JobSettings.NAMESPACE + " is not set, and the kubeconfig has no namespace; set one of them");
        VolumeFiles files = new VolumeFiles(pods.user());
        Path root = JobDirectory.root(context.dataDirectory(), connection.namespace());
        try {
            tryVolume(root, files, pods.user());
        } catch (ConfigurationException e) {
            connection.close();
            throw e;
        }
        JobStore jobs = new JobStore(connection.client(), connection.namespace());
        WorkerLease lease = new WorkerLease(connection, context.clock());
        JobCleanup jobCleanup = new JobCleanup(jobs, root, worker, settings.keepOrphans(), context.clock());
        PodCleanup podCleanup = new PodCleanup(connection, lease, jobCleanup::round);
        podCleanup.start();
        return new KubectlRun2(
                new KubectlRun2.Cluster(connection, jobs, lease, podCleanup, jobCleanup),
                pods,
                settings,
                manifest,
                new KubectlRun2.Volume(root, JobInputs.Scripts.in(context.dataDirectory()), files),
                statusLag,
                context.clock());
    }

    /** Checks that the worker and pods can read each other's files, and that the worker can delete files of pods. */
    private static void tryVolume(Path root, VolumeFiles files, long user) {
        try {
            Path tried = Files.createTempFile(Files.createDirectories(root), ".try", null);
            try {
                int self = (Integer) Files.getAttribute(tried, "unix:uid");
                if (self != 0 && !files.isUsers(tried)) {
                    throw new ConfigurationException(KubectlSettings.USER + "=" + user + ": " + NAME
                            + " needs the worker's user (" + self
                            + "), since the worker and the pods write to the same volume; set this user, or run the"
                            + " worker as root");
                }
            } finally {
                Files.delete(tried);
            }
        } catch (IOException e) {
            throw new ConfigurationException(List.of("The directory " + root + " cannot be used: " + Reason.of(e)), e);
        }
    }
}
