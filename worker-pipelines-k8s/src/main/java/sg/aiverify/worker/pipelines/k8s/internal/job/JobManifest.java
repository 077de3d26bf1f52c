package sg.aiverify.worker.pipelines.k8s.internal.job;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import sg.aiverify.worker.pipelines.k8s.internal.client.WorkerLabels;
import sg.aiverify.worker.pipelines.k8s.internal.pod.PodManifest;
import sg.aiverify.worker.pipelines.k8s.internal.settings.JobSettings;
import sg.aiverify.worker.stage.ImageEnvironment;

/**
 * Builds the Job of a run. Its pod is the same as for kubectl_run, with two differences: it mounts two directories of
 * the volume, and its command runs the algorithm without a connection to the worker. Immutable.
 */
public final class JobManifest {
    /** The annotation with the mark of the Job's directory. */
    public static final String MARK = "worker.aiverify.sg/mark";
    /** The label of pods that need the gateway, for a NetworkPolicy. */
    static final String UPLOADS = "worker.aiverify.sg/uploads";

    private static final String VOLUME = "data";

    private final PodManifest pods;
    private final JobSettings settings;
    private final String worker;
    private final Duration deadline;

    /**
     * Creates a builder for the Jobs of a worker.
     *
     * @param pods builds the pods
     * @param settings the settings of the Jobs
     * @param worker the name of the worker
     * @param deadline the time after which Kubernetes stops a Job, if no worker has stopped it
     */
    public JobManifest(PodManifest pods, JobSettings settings, String worker, Duration deadline) {
        this.pods = pods;
        this.settings = settings;
        this.worker = worker;
        this.deadline = deadline;
    }

    /** Returns the name of a run's Job, the same in every worker. */
    public static String name(String runId) {
        return "run-" + runId.replace("-", "").toLowerCase(Locale.ROOT);
    }

    /** Builds the Job of a run. */
    public Job job(String runId, ImageEnvironment image, String mark, String namespace) {
        String name = name(runId);
        PodTemplateSpec template = pods.template(
                runId, image, base -> withVolume(base, image, mounted -> JobDirectory.below(namespace, name, mounted)));
        if (settings.uploadTo().isPresent()) {
            template.getMetadata().getLabels().put(UPLOADS, "true");
        }
        return new JobBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .withLabels(Map.of(
                        WorkerLabels.MANAGED_BY,
                        WorkerLabels.MANAGER,
                        WorkerLabels.RUN,
                        runId,
                        WorkerLabels.WORKER,
                        worker))
                .withAnnotations(Map.of(MARK, mark))
                .endMetadata()
                .withNewSpec()
                .withParallelism(1)
                .withCompletions(1)
                .withBackoffLimit(0) // the queue controls the retries
                .withActiveDeadlineSeconds(deadline.toSeconds())
                .withTtlSecondsAfterFinished(
                        Math.toIntExact(settings.keepAfterEnd().toSeconds()))
                .withTemplate(template)
                .endSpec()
                .build();
    }

    /** Returns the mark of the directory that a Job belongs to. */
    static Optional<String> mark(Job job) {
        return Optional.ofNullable(job.getMetadata().getAnnotations()).map(all -> all.get(MARK));
    }

    /** Returns whether the Job's pod uploads its result itself. */
    static boolean isUploading(Job job) {
        return job.getSpec().getTemplate().getMetadata().getLabels().containsKey(UPLOADS);
    }

    private Pod withVolume(Pod base, ImageEnvironment image, UnaryOperator<String> subPath) {
        JobInputs.Mounts mounts = JobInputs.Mounts.below(settings.mountPath());
        return new PodBuilder(base)
                .editSpec()
                .withActiveDeadlineSeconds(null) // the Job has a deadline
                .editSecurityContext()
                .withFsGroup(null) // otherwise Kubernetes would change the group of the whole volume
                .endSecurityContext()
                .addNewVolume()
                .withName(VOLUME)
                .withNewPersistentVolumeClaim()
                .withClaimName(settings.claim())
                .endPersistentVolumeClaim()
                .endVolume()
                .editFirstContainer()
                .withCommand(image.python())
                .withArgs(mounts.arguments())
                .addNewVolumeMount()
                .withName(VOLUME)
                .withSubPath(settings.inVolume(subPath.apply("inputs")))
                .withMountPath(mounts.inputs())
                .withReadOnly(true)
                .endVolumeMount()
                .addNewVolumeMount()
                .withName(VOLUME)
                .withSubPath(settings.inVolume(subPath.apply("out")))
                .withMountPath(mounts.out())
                .endVolumeMount()
                .endContainer()
                .endSpec()
                .build();
    }
}
