package sg.aiverify.worker.pipelines.k8s;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.ServiceAwayException;
import sg.aiverify.worker.pipeline.AlgorithmOutput;
import sg.aiverify.worker.pipeline.ExecutePipe;
import sg.aiverify.worker.pipeline.Execution;
import sg.aiverify.worker.pipeline.ImageEnvironment;
import sg.aiverify.worker.python.RunnerEvents;
import sg.aiverify.worker.run.RunContext;

/**
 * Runs each algorithm in a Job of its own, whose pod shares a volume with the worker: what it reads and what it tells
 * are files there, so a run outlives broken connections, the API server and the worker.
 */
final class KubectlRun2 implements ExecutePipe<ImageEnvironment> {
    private static final Logger log = LogManager.getLogger(KubectlRun2.class);

    private final Cluster cluster;
    private final KubectlSettings pods;
    private final JobSettings settings;
    private final JobManifest manifest;
    private final Volume volume;
    private final Clock clock;

    /** Where Jobs are, those who sweep there, and how long a pod may have ended before the cluster tells so. */
    record Cluster(
            KubernetesClient client,
            JobStore jobs,
            String worker,
            PodSweep alive,
            JobSweep sweep,
            Duration statusLag) {}

    /** The worker's side of the volume, with the root of its Jobs' directories. */
    record Volume(Path root, JobInputs.Scripts scripts, FileLinks links) {}

    KubectlRun2(
            Cluster cluster,
            KubectlSettings pods,
            JobSettings settings,
            JobManifest manifest,
            Volume volume,
            Clock clock) {
        this.cluster = cluster;
        this.pods = pods;
        this.settings = settings;
        this.manifest = manifest;
        this.volume = volume;
        this.clock = clock;
    }

    @Override
    public Class<ImageEnvironment> environmentType() {
        return ImageEnvironment.class;
    }

    @Override
    public List<String> troubles() {
        return Rights.OF_JOBS.missing(cluster.client(), cluster.jobs().namespace());
    }

    @Override
    public AlgorithmOutput execute(Execution<ImageEnvironment> execution, RunContext run) throws InterruptedException {
        run.cancellation().throwIfCancelled();
        long maxBytes = pods.resources().scratchMegabytes() * 1024L * 1024;
        JobInputs inputs = JobInputs.of(execution, run.task(), volume.scripts(), settings, maxBytes, clock);
        cluster.alive().announce();
        String id = run.task().id();
        String name = JobManifest.name(id);
        JobRun job = new JobRun(
                cluster.jobs(),
                cluster.statusLag(),
                name,
                cluster.worker(),
                new JobDirectory(volume.root(), name),
                run.cancellation(),
                directory(run),
                maxBytes);
        JobSweep.Use use = cluster.sweep().use(name);
        boolean isKept = false;
        try {
            job.begin(inputs, volume.links(), mark -> job(id, execution, mark));
            log.debug("It has the Job {}/{}", cluster.jobs().namespace(), name);
            RunnerEvents events = new RunnerEvents(clock, run::progress, run::note);
            AlgorithmOutput output = job.await(events, job(id, execution, ""), pods.startTimeout(), run.attempt());
            run.closeAtEnd(() -> end(job, use, run));
            isKept = true;
            return output;
        } catch (ServiceAwayException e) {
            job.leave(); // the stage is tried again, and takes it over
            use.close();
            isKept = true;
            throw e;
        } catch (RunCancelledException e) {
            isKept = true;
            end(job, use, run);
            throw RunCancelledException.withOutput(String.valueOf(e.getMessage()), job.lastErrors());
        } finally {
            if (!isKept) {
                end(job, use, run);
            }
        }
    }

    private static Path directory(RunContext run) {
        try {
            return Files.createDirectories(run.workDirectory().resolve("job"));
        } catch (IOException e) {
            throw new InfrastructureException("The run's directory " + run.workDirectory() + " cannot be written", e);
        }
    }

    private Job job(String runId, Execution<ImageEnvironment> execution, String mark) {
        return manifest.job(runId, execution.environment(), mark, cluster.jobs().namespace());
    }

    /**
     * Leaves the Job to whoever gets the delivery next where this worker stops, or has lost the delivery; else removes
     * it.
     */
    private static void end(JobRun job, JobSweep.Use use, RunContext run) {
        boolean isAnothersNow = run.cancellation()
                .reason()
                .map(reason -> switch (reason) {
                    case SHUTDOWN, LEASE_LOST -> true;
                    case CANCELLED, TIMED_OUT -> false;
                })
                .orElse(false);
        if (isAnothersNow) {
            job.leave();
        } else {
            job.remove();
        }
        use.close();
    }

    @Override
    public void close() {
        cluster.alive().close();
        cluster.client().close();
    }
}
