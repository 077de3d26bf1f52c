package sg.aiverify.worker.pipelines.k8s;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.files.internal.DiskFailure;
import sg.aiverify.worker.pipelines.k8s.internal.cleanup.JobCleanup;
import sg.aiverify.worker.pipelines.k8s.internal.cleanup.PodCleanup;
import sg.aiverify.worker.pipelines.k8s.internal.cleanup.Retention;
import sg.aiverify.worker.pipelines.k8s.internal.cleanup.WorkerLease;
import sg.aiverify.worker.pipelines.k8s.internal.client.ClusterConnection;
import sg.aiverify.worker.pipelines.k8s.internal.client.RequiredPermissions;
import sg.aiverify.worker.pipelines.k8s.internal.job.JobDirectory;
import sg.aiverify.worker.pipelines.k8s.internal.job.JobInputs;
import sg.aiverify.worker.pipelines.k8s.internal.job.JobManifest;
import sg.aiverify.worker.pipelines.k8s.internal.job.JobRun;
import sg.aiverify.worker.pipelines.k8s.internal.job.JobStore;
import sg.aiverify.worker.pipelines.k8s.internal.job.VolumeFiles;
import sg.aiverify.worker.pipelines.k8s.internal.settings.JobSettings;
import sg.aiverify.worker.pipelines.k8s.internal.settings.KubectlSettings;
import sg.aiverify.worker.python.RunnerEvents;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.stage.AlgorithmOutput;
import sg.aiverify.worker.stage.ExecuteModule;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.ImageEnvironment;

/**
 * Runs each algorithm in its own Job, whose pod shares a volume with the worker. Inputs, events and result are files on
 * the volume. The run survives broken connections, and restarts of the API server and of the worker.
 */
final class KubectlRun2 implements ExecuteModule<ImageEnvironment> {
    private static final Logger log = LogManager.getLogger(KubectlRun2.class);

    private final Cluster cluster;
    private final KubectlSettings pods;
    private final JobSettings settings;
    private final JobManifest manifest;
    private final Volume volume;
    private final Duration statusLag;
    private final Clock clock;

    /** The connection to the cluster, and the parts that manage the worker's Jobs, Lease and cleanups there. */
    record Cluster(
            ClusterConnection connection,
            JobStore jobs,
            WorkerLease lease,
            PodCleanup podCleanup,
            JobCleanup jobCleanup) {}

    /** The volume as the worker sees it. {@code root} contains the directories of the Jobs. */
    record Volume(Path root, JobInputs.Scripts scripts, VolumeFiles files) {}

    KubectlRun2(
            Cluster cluster,
            KubectlSettings pods,
            JobSettings settings,
            JobManifest manifest,
            Volume volume,
            Duration statusLag,
            Clock clock) {
        this.cluster = cluster;
        this.pods = pods;
        this.settings = settings;
        this.manifest = manifest;
        this.volume = volume;
        this.statusLag = statusLag;
        this.clock = clock;
    }

    @Override
    public Class<ImageEnvironment> environmentType() {
        return ImageEnvironment.class;
    }

    @Override
    public List<String> problems() {
        return RequiredPermissions.OF_JOBS.missing(
                cluster.connection().client(), cluster.connection().namespace());
    }

    @Override
    public AlgorithmOutput execute(Execution<ImageEnvironment> execution, RunContext run) throws InterruptedException {
        run.cancellation().throwIfCancelled();
        long maxBytes = pods.resources().scratchMegabytes() * 1024L * 1024;
        JobInputs inputs = JobInputs.of(execution, run.task(), volume.scripts(), settings, maxBytes, clock);
        cluster.lease().announce();
        String id = run.task().id();
        String name = JobManifest.name(id);
        JobRun job = new JobRun(
                cluster.jobs(),
                name,
                cluster.connection().worker(),
                new JobDirectory(volume.root(), name, JobInputs.scripts(settings)),
                run.cancellation(),
                directory(run),
                new JobRun.Limits(pods.startTimeout(), statusLag, maxBytes));
        Retention retention = cluster.jobCleanup().retain(name);
        boolean isKept = false;
        try {
            job.begin(inputs, volume.files(), mark -> job(id, execution, mark));
            log.debug("The run has the Job {}/{}", cluster.connection().namespace(), name);
            RunnerEvents events = new RunnerEvents(clock, run::progress, run::note);
            AlgorithmOutput output = job.await(events, job(id, execution, ""), run.attempt());
            run.closeAtEnd(() -> end(job, retention, run));
            isKept = true;
            return output;
        } catch (ServiceUnavailableException e) {
            job.leave(); // the stage is retried, and then adopts the Job
            retention.close();
            isKept = true;
            throw e;
        } catch (RunCancelledException e) {
            isKept = true;
            end(job, retention, run);
            throw RunCancelledException.withOutput(String.valueOf(e.getMessage()), job.lastErrors());
        } finally {
            if (!isKept) {
                end(job, retention, run);
            }
        }
    }

    private static Path directory(RunContext run) {
        try {
            return Files.createDirectories(run.workDirectory().resolve("job"));
        } catch (IOException e) {
            throw DiskFailure.inRunDirectory(run.workDirectory(), e);
        }
    }

    private Job job(String runId, Execution<ImageEnvironment> execution, String mark) {
        return manifest.job(
                runId, execution.environment(), mark, cluster.connection().namespace());
    }

    /**
     * Ends the use of the Job. If this worker stops, or has lost the lease of the delivery, leaves the Job to the
     * worker that gets the next delivery. Otherwise removes the Job.
     */
    private static void end(JobRun job, Retention retention, RunContext run) {
        boolean isLeft = run.cancellation()
                .reason()
                .map(reason -> switch (reason) {
                    case SHUTDOWN, LEASE_LOST -> true;
                    case CANCELLED, TIMED_OUT -> false;
                })
                .orElse(false);
        if (isLeft) {
            job.leave();
        } else {
            job.remove();
        }
        retention.close();
    }

    @Override
    public void close() {
        cluster.podCleanup().close();
        cluster.connection().close();
    }
}
