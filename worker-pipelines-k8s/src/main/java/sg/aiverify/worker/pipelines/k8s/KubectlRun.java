package sg.aiverify.worker.pipelines.k8s;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.PodResource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
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
    private final Clock clock;
    private final PodSweep sweep;

    KubectlRun(
            KubernetesClient client,
            String namespace,
            KubectlSettings settings,
            PodManifest manifest,
            PythonScripts scripts,
            Clock clock,
            PodSweep sweep) {
        this.client = client;
        this.namespace = namespace;
        this.settings = settings;
        this.manifest = manifest;
        this.scripts = scripts;
        this.clock = clock;
        this.sweep = sweep;
    }

    @Override
    public Class<ImageEnvironment> environmentType() {
        return ImageEnvironment.class;
    }

    @Override
    public AlgorithmOutput execute(Execution<ImageEnvironment> execution, RunContext run) throws InterruptedException {
        run.cancellation().throwIfCancelled();
        PodFiles files = PodFiles.of(execution, run.task(), scripts);
        sweep.announce();
        Pod wanted = manifest.pod(run.task().id(), execution.environment(), namespace);
        String name = wanted.getMetadata().getName();
        PodResource resource = client.pods().inNamespace(namespace).withName(name);
        try (PodSweep.Use use = sweep.use(name);
                PodRun pod = create(wanted, resource, execution.environment(), run)) {
            log.debug("Run {} has the pod {}/{}", run.task().id(), namespace, use.name());
            pod.awaitReady(settings.startTimeout());
            pod.copyIn(files);
            RunnerEvents events = new RunnerEvents(clock, run::progress);
            SupervisedProcess.Ending ending = pod.runAlgorithm(events);
            Path result = directory(run);
            pod.copyOut(events.artifacts(), result, settings.resources().scratchMegabytes() * 1024L * 1024);
            return events.output(result, ending, pod.errors(), run.attempt());
        }
    }

    private PodRun create(Pod wanted, PodResource resource, ImageEnvironment image, RunContext run) {
        try {
            Pod created = client.resource(wanted).create();
            return new PodRun(resource, created, image.python(), run.cancellation());
        } catch (KubernetesClientException e) {
            deleteIfThere(resource); // the answer may have been lost, or the watch refused
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
        sweep.close();
        client.close();
    }
}
