package sg.aiverify.worker.pipelines.k8s;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.PodResource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.pipeline.AlgorithmOutput;
import sg.aiverify.worker.pipeline.ExecutePipe;
import sg.aiverify.worker.pipeline.Execution;
import sg.aiverify.worker.pipeline.ImageEnvironment;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.python.RunnerEvents;
import sg.aiverify.worker.python.SupervisedProcess;
import sg.aiverify.worker.run.RunContext;

/** Runs each algorithm in a pod of its own: copies the inputs in, runs it there, copies the result out. */
final class KubectlRun implements ExecutePipe<ImageEnvironment> {
    private static final Logger log = LogManager.getLogger(KubectlRun.class);

    private final KubernetesClient client;
    private final String namespace;
    private final KubectlSettings settings;
    private final PodManifest manifest;
    private final PythonScripts scripts;
    private final PythonScripts ownScripts;
    private final Clock clock;
    private final PodSweep sweep;
    private final WorkerPods pods;

    KubectlRun(
            KubernetesClient client,
            String namespace,
            KubectlSettings settings,
            PodManifest manifest,
            Path dataDirectory,
            Clock clock,
            PodSweep sweep,
            WorkerPods pods) {
        this.client = client;
        this.namespace = namespace;
        this.settings = settings;
        this.manifest = manifest;
        this.scripts = PythonScripts.ofCore(dataDirectory);
        this.ownScripts = PodFiles.ownScripts(dataDirectory);
        this.clock = clock;
        this.sweep = sweep;
        this.pods = pods;
    }

    @Override
    public Class<ImageEnvironment> environmentType() {
        return ImageEnvironment.class;
    }

    @Override
    public List<String> troubles() {
        return Rights.OF_PODS.missing(client, namespace);
    }

    @Override
    public AlgorithmOutput execute(Execution<ImageEnvironment> execution, RunContext run) throws InterruptedException {
        run.cancellation().throwIfCancelled();
        PodFiles files = PodFiles.of(execution, run.task(), scripts, ownScripts);
        sweep.announce();
        PodRun pod = create(execution.environment(), run);
        boolean hasResult = false;
        try {
            pod.awaitReady(settings.startTimeout());
            pod.copyIn(files);
            RunnerEvents events = new RunnerEvents(clock, run::progress, run::note);
            SupervisedProcess.Ending ending = pod.followAlgorithm(events);
            Path result = directory(run);
            pod.copyOut(events.artifacts(), result, settings.resources().scratchMegabytes() * 1024L * 1024);
            AlgorithmOutput output = events.output(result, ending, pod.errors(), run.attempt());
            pod.delete();
            run.closeAtEnd(pod); // the result need not wait until it is gone
            hasResult = true;
            return output;
        } finally {
            if (!hasResult) {
                pod.close();
            }
        }
    }

    private PodRun create(ImageEnvironment image, RunContext run) throws InterruptedException {
        Pod wanted = manifest.pod(run.task().id(), image, namespace);
        String name = wanted.getMetadata().getName();
        PodResource resource = client.pods().inNamespace(namespace).withName(name);
        PodSweep.Use use = sweep.use(name);
        Runnable atEnd = () -> {
            pods.leave(name);
            use.close();
        };
        try {
            PodWatch watch = pods.follow(wanted);
            client.resource(wanted).create();
            log.debug("It has the pod {}/{}", namespace, name);
            return new PodRun(resource, watch, atEnd, image.python(), run.cancellation());
        } catch (KubernetesClientException e) {
            Optional<InterruptedException> interruption = ApiTrouble.interruption("the creation of a pod", e);
            deleteIfThere(resource); // the answer may have been lost
            atEnd.run();
            if (interruption.isPresent()) { // no trouble of the API server's
                throw interruption.get();
            }
            run.cancellation().throwIfCancelled();
            throw ApiTrouble.of("create a pod in the namespace " + namespace, e);
        }
    }

    private static void deleteIfThere(PodResource resource) {
        try {
            resource.withGracePeriod(1).delete();
        } catch (KubernetesClientException e) {
            log.debug("A pod that may not exist cannot be deleted now, the next sweep will look for it", e);
        }
    }

    private static Path directory(RunContext run) {
        Path directory = run.workDirectory().resolve("pod");
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new InfrastructureException("The run's directory " + directory + " cannot be written", e);
        }
    }

    @Override
    public void close() {
        pods.close();
        sweep.close();
        client.close();
    }
}
