package sg.aiverify.worker.pipelines.k8s;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.PodResource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.files.internal.DiskFailure;
import sg.aiverify.worker.pipelines.k8s.internal.cleanup.PodCleanup;
import sg.aiverify.worker.pipelines.k8s.internal.cleanup.Retention;
import sg.aiverify.worker.pipelines.k8s.internal.cleanup.WorkerLease;
import sg.aiverify.worker.pipelines.k8s.internal.client.ApiFailure;
import sg.aiverify.worker.pipelines.k8s.internal.client.ClusterConnection;
import sg.aiverify.worker.pipelines.k8s.internal.client.RequiredPermissions;
import sg.aiverify.worker.pipelines.k8s.internal.pod.PodInformer;
import sg.aiverify.worker.pipelines.k8s.internal.pod.PodInputs;
import sg.aiverify.worker.pipelines.k8s.internal.pod.PodManifest;
import sg.aiverify.worker.pipelines.k8s.internal.pod.PodRun;
import sg.aiverify.worker.pipelines.k8s.internal.pod.PodWatch;
import sg.aiverify.worker.pipelines.k8s.internal.settings.KubectlSettings;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.python.RunnerEvents;
import sg.aiverify.worker.python.SupervisedProcess;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.stage.AlgorithmOutput;
import sg.aiverify.worker.stage.ExecuteModule;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.ImageEnvironment;

/** Runs each algorithm in its own pod: copies the inputs into it, runs the algorithm, and copies the result out. */
final class KubectlRun implements ExecuteModule<ImageEnvironment> {
    private static final Logger log = LogManager.getLogger(KubectlRun.class);

    private final ClusterConnection connection;
    private final KubectlSettings settings;
    private final PodManifest manifest;
    private final PythonScripts scripts;
    private final PythonScripts ownScripts;
    private final Clock clock;
    private final WorkerLease lease;
    private final PodCleanup cleanup;
    private final PodInformer informer;

    KubectlRun(
            ClusterConnection connection,
            KubectlSettings settings,
            PodManifest manifest,
            Path dataDirectory,
            Clock clock,
            WorkerLease lease,
            PodCleanup cleanup) {
        this.connection = connection;
        this.settings = settings;
        this.manifest = manifest;
        this.scripts = PythonScripts.ofCore(dataDirectory);
        this.ownScripts = PodInputs.ownScripts(dataDirectory);
        this.clock = clock;
        this.lease = lease;
        this.cleanup = cleanup;
        this.informer = new PodInformer(connection);
    }

    @Override
    public Class<ImageEnvironment> environmentType() {
        return ImageEnvironment.class;
    }

    @Override
    public List<String> problems() {
        return RequiredPermissions.OF_PODS.missing(connection.client(), connection.namespace());
    }

    @Override
    public AlgorithmOutput execute(Execution<ImageEnvironment> execution, RunContext run) throws InterruptedException {
        run.cancellation().throwIfCancelled();
        PodInputs inputs = PodInputs.of(execution, run.task(), scripts, ownScripts);
        lease.announce();
        PodRun pod = create(execution.environment(), run);
        boolean hasResult = false;
        try {
            pod.awaitReady(settings.startTimeout());
            pod.copyIn(inputs);
            RunnerEvents events = new RunnerEvents(clock, run::progress, run::note);
            SupervisedProcess.Ending ending = pod.followAlgorithm(events);
            Path result = directory(run);
            pod.copyOut(events.artifacts(), result, settings.resources().scratchMegabytes() * 1024L * 1024);
            AlgorithmOutput output = events.output(result, ending, pod.errors(), run.attempt());
            pod.delete();
            run.closeAtEnd(pod); // so that the upload of the result does not wait for the deletion
            hasResult = true;
            return output;
        } finally {
            if (!hasResult) {
                pod.close();
            }
        }
    }

    private PodRun create(ImageEnvironment image, RunContext run) throws InterruptedException {
        String namespace = connection.namespace();
        Pod pod = manifest.pod(run.task().id(), image, namespace);
        String name = pod.getMetadata().getName();
        PodResource resource = connection.client().pods().inNamespace(namespace).withName(name);
        Retention retention = cleanup.retain(name);
        Runnable atEnd = () -> {
            informer.leave(name);
            retention.close();
        };
        try {
            PodWatch watch = informer.follow(pod);
            connection.client().resource(pod).create();
            log.debug("Created the pod {}/{}", namespace, name);
            return new PodRun(resource, watch, atEnd, image.python(), run.cancellation());
        } catch (KubernetesClientException e) {
            try {
                ApiFailure.throwIfInterrupted("the creation of a pod", e);
            } finally {
                deleteIfCreated(resource); // the pod may exist, since the response may have been lost
                atEnd.run();
            }
            run.cancellation().throwIfCancelled();
            throw ApiFailure.of("create a pod in the namespace " + namespace, e);
        }
    }

    private static void deleteIfCreated(PodResource resource) {
        try {
            resource.withGracePeriod(1).delete();
        } catch (KubernetesClientException e) {
            log.debug("Could not delete a pod that may not exist; the cleanup will retry", e);
        }
    }

    private static Path directory(RunContext run) {
        Path directory = run.workDirectory().resolve("pod");
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw DiskFailure.inRunDirectory(directory, e);
        }
    }

    @Override
    public void close() {
        informer.close();
        cleanup.close();
        connection.close();
    }
}
