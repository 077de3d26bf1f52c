package sg.aiverify.worker.pipelines.k8s;

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
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.engine.EngineSettings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.pipeline.ImageEnvironment;
import sg.aiverify.worker.pipeline.Pipe;
import sg.aiverify.worker.pipeline.PipeHost;
import sg.aiverify.worker.pipeline.PipeProvider;
import sg.aiverify.worker.pipeline.Stage;
import sg.aiverify.worker.python.RunVariables;

/** Offers {@code kubectl_run2}. */
public final class KubectlRun2Provider implements PipeProvider {
    static final String NAME = "kubectl_run2";
    // So that the worker's own limit comes first, if there is a worker.
    private static final Duration OVERTIME = Duration.ofSeconds(30);

    // How long the end of the pod may come after the word of job.py, should the API server or the node be away.
    static final Duration STATUS_LAG = Duration.ofSeconds(30);

    private final Function<RunArguments, KubernetesClient> clients;
    private final Duration statusLag;

    /** Creates the provider for the cluster that this process's kubeconfig or service account leads to. */
    public KubectlRun2Provider() {
        this(KubectlRunProvider::connect, STATUS_LAG);
    }

    KubectlRun2Provider(Function<RunArguments, KubernetesClient> clients, Duration statusLag) {
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
    public Pipe create(PipeHost host) {
        KubectlSettings pods = KubectlSettings.from(host.settings());
        JobSettings settings = JobSettings.from(host.settings());
        EngineSettings engine = EngineSettings.from(host.settings());
        RunVariables runVariables =
                new RunVariables(host.variables(), Runtime.getRuntime().availableProcessors(), engine.concurrency());
        String worker = KubectlRunProvider.workerName(host.variables().getOrDefault("HOSTNAME", ""));
        Duration deadline = Objects.requireNonNull(engine.stageTimeouts().get(Stage.PIPELINE_EXECUTE))
                .plus(OVERTIME);
        JobManifest manifest =
                new JobManifest(new PodManifest(pods, runVariables, worker, deadline), settings, worker, deadline);
        manifest.job("check", new ImageEnvironment("check", "check", "python3"), "", "check"); // tries the template
        Path data = host.dataDirectory();
        FileLinks links = new FileLinks(pods.user());
        KubernetesClient client = clients.apply(pods.arguments());
        String namespace =
                settings.namespace().or(() -> pods.arguments().namespace()).orElseGet(client::getNamespace);
        if (namespace == null) {
            client.close();
            throw new ConfigurationException(
                    JobSettings.NAMESPACE + " is not set, and the kubeconfig names no namespace either");
        }
        Path root = JobDirectory.root(data, namespace);
        try {
            tryVolume(root, links, pods.user());
        } catch (ConfigurationException e) {
            client.close();
            throw e;
        }
        JobStore jobs = new JobStore(client, namespace);
        JobSweep sweep = new JobSweep(jobs, root, worker, settings.keepOrphans(), host.clock());
        PodSweep alive = new PodSweep(client, namespace, worker, host.clock(), PodSweep.thread());
        alive.alsoSweep(sweep::round);
        alive.start();
        return new KubectlRun2(
                new KubectlRun2.Cluster(client, jobs, worker, alive, sweep, statusLag),
                pods,
                settings,
                manifest,
                new KubectlRun2.Volume(root, JobInputs.Scripts.in(data), links),
                host.clock());
    }

    /** Files must be readable by both sides, and the worker must be able to delete what pods have written. */
    private static void tryVolume(Path root, FileLinks links, long user) {
        try {
            Path tried = Files.createTempFile(Files.createDirectories(root), ".try", null);
            try {
                int self = (Integer) Files.getAttribute(tried, "unix:uid");
                if (self != 0 && !links.isUsers(tried)) {
                    throw new ConfigurationException(KubectlSettings.USER + "=" + user + ": " + NAME
                            + " needs the worker's own user, " + self
                            + ", because both write to the volume; or the worker must be root");
                }
            } finally {
                Files.delete(tried);
            }
        } catch (IOException e) {
            throw new ConfigurationException(List.of("The directory " + root + " cannot be used: " + Reason.of(e)), e);
        }
    }
}
