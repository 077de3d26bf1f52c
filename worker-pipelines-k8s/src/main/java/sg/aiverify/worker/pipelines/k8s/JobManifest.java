package sg.aiverify.worker.pipelines.k8s;

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
import sg.aiverify.worker.pipeline.ImageEnvironment;

/**
 * Makes the Job of a run. Its pod is that of kubectl_run, but for two directories of the run's own on the volume and a
 * command that runs the algorithm by itself. Immutable.
 */
final class JobManifest {
    /** The mark of the directory that a Job belongs to. */
    static final String MARK = "worker.aiverify.sg/mark";
    /** Marks pods that must reach the gateway, for a NetworkPolicy. */
    static final String UPLOADS = "worker.aiverify.sg/uploads";

    private static final String VOLUME = "data";

    private final PodManifest pods;
    private final JobSettings settings;
    private final String worker;
    private final Duration deadline;

    /**
     * Prepares for Jobs of a worker.
     *
     * @param pods makes their pods
     * @param settings what they are like
     * @param worker the label of the worker
     * @param deadline after which Kubernetes stops a Job, should no worker do it
     */
    JobManifest(PodManifest pods, JobSettings settings, String worker, Duration deadline) {
        this.pods = pods;
        this.settings = settings;
        this.worker = worker;
        this.deadline = deadline;
    }

    /** Gives the name of a run's Job, the same in every worker. */
    static String name(String runId) {
        return "run-" + runId.replace("-", "").toLowerCase(Locale.ROOT);
    }

    /** Makes the Job of a run. */
    Job job(String runId, ImageEnvironment image, String mark, String namespace) {
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
                        PodManifest.MANAGED_BY,
                        PodManifest.MANAGER,
                        PodManifest.RUN,
                        runId,
                        PodManifest.WORKER,
                        worker))
                .withAnnotations(Map.of(MARK, mark))
                .endMetadata()
                .withNewSpec()
                .withParallelism(1)
                .withCompletions(1)
                .withBackoffLimit(0) // the queue owns the retries
                .withActiveDeadlineSeconds(deadline.toSeconds())
                .withTtlSecondsAfterFinished(
                        Math.toIntExact(settings.keepAfterEnd().toSeconds()))
                .withTemplate(template)
                .endSpec()
                .build();
    }

    /** Gives the mark of the directory that a Job belongs to. */
    static Optional<String> mark(Job job) {
        return Optional.ofNullable(job.getMetadata().getAnnotations()).map(all -> all.get(MARK));
    }

    /** Tells whether the Job's pod uploads its result itself. */
    static boolean isUploading(Job job) {
        return job.getSpec().getTemplate().getMetadata().getLabels().containsKey(UPLOADS);
    }

    private Pod withVolume(Pod base, ImageEnvironment image, UnaryOperator<String> place) {
        JobInputs.Mounts mounts = JobInputs.Mounts.below(settings.mountPath());
        return new PodBuilder(base)
                .editSpec()
                .withActiveDeadlineSeconds(null) // the Job's holds
                .editSecurityContext()
                .withFsGroup(null) // or the whole volume would be given to it
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
                .withSubPath(settings.inVolume(place.apply("inputs")))
                .withMountPath(mounts.inputs())
                .withReadOnly(true)
                .endVolumeMount()
                .addNewVolumeMount()
                .withName(VOLUME)
                .withSubPath(settings.inVolume(place.apply("out")))
                .withMountPath(mounts.out())
                .endVolumeMount()
                .endContainer()
                .endSpec()
                .build();
    }
}
