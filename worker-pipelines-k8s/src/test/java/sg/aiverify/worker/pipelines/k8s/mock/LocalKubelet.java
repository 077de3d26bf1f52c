package sg.aiverify.worker.pipelines.k8s.mock;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import sg.aiverify.worker.pipelines.k8s.internal.job.JobWatch;
import sg.aiverify.worker.pipelines.k8s.internal.pod.PodPaths;
import sg.aiverify.worker.pipelines.k8s.internal.settings.KubectlSettings;

/** Plays the Job controller and a kubelet for one Job; the container is a process on this machine. */
public final class LocalKubelet {
    private final MockCluster cluster;
    private final KubernetesClient client;
    private final Path volume;
    private final Path root;

    /**
     * Creates a node.
     *
     * @param cluster the API server
     * @param volume the directory of the claimed volume
     * @param root the directory in place of the container's root; mounts must be below it
     */
    public LocalKubelet(MockCluster cluster, Path volume, Path root) {
        this.cluster = cluster;
        this.client = cluster.client();
        this.volume = volume;
        this.root = root;
    }

    /** Returns settings with this process's user for containers, which is required unless this process is root. */
    public static Map<String, String> settings(Path directory) {
        try {
            int self = (Integer) Files.getAttribute(directory, "unix:uid");
            return self == 0 ? Map.of() : Map.of(KubectlSettings.USER.name(), Integer.toString(self));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Job awaitJob() {
        await().atMost(Duration.ofSeconds(30)).until(() -> jobs().size() == 1);
        return jobs().get(0);
    }

    public List<Job> jobs() {
        return client.batch()
                .v1()
                .jobs()
                .inNamespace(MockCluster.NAMESPACE)
                .list()
                .getItems();
    }

    /** Creates the Job's pod. */
    public Pod makePod(Job job) {
        return client.resource(new PodBuilder()
                        .withMetadata(job.getSpec().getTemplate().getMetadata())
                        .editMetadata()
                        .withName(job.getMetadata().getName() + "-abcde")
                        .withNamespace(MockCluster.NAMESPACE)
                        .addToLabels(JobWatch.JOB_NAME, job.getMetadata().getName())
                        .addNewOwnerReference()
                        .withApiVersion("batch/v1")
                        .withKind("Job")
                        .withName(job.getMetadata().getName())
                        .withUid(job.getMetadata().getUid())
                        .endOwnerReference()
                        .endMetadata()
                        .withSpec(job.getSpec().getTemplate().getSpec())
                        .build())
                .create();
    }

    public void tell(Job job, String type, String reason, String message) {
        client.batch()
                .v1()
                .jobs()
                .inNamespace(MockCluster.NAMESPACE)
                .withName(job.getMetadata().getName())
                .editStatus(there -> there.edit()
                        .withStatus(new JobStatusBuilder()
                                .addNewCondition()
                                .withType(type)
                                .withStatus("True")
                                .withReason(reason)
                                .withMessage(message)
                                .endCondition()
                                .build())
                        .build());
    }

    /** Mounts the volume, runs the container and waits for its end, without reporting it. */
    public int run(Job job) throws IOException, InterruptedException {
        Path inputs = null;
        for (VolumeMount mount :
                job.getSpec().getTemplate().getSpec().getContainers().get(0).getVolumeMounts()) {
            if (mount.getSubPath() != null) {
                Path link = Path.of(mount.getMountPath());
                Files.createDirectories(link.getParent());
                Files.deleteIfExists(link);
                Files.createSymbolicLink(link, volume.resolve(mount.getSubPath()));
                inputs = Boolean.TRUE.equals(mount.getReadOnly()) ? volume.resolve(mount.getSubPath()) : inputs;
            }
        }
        for (String name : List.of("job.json", "request.json")) {
            Path file = java.util.Objects.requireNonNull(inputs).resolve(name);
            Files.writeString(file, Files.readString(file).replace(PodPaths.HOME + "/", root + "/aiverify/"));
        }
        var container = job.getSpec().getTemplate().getSpec().getContainers().get(0);
        List<String> command = new ArrayList<>(container.getCommand());
        command.addAll(container.getArgs());
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment()
                .putAll(Map.of("PYTHONDONTWRITEBYTECODE", "1", "HOME", root.toString(), "PYTHONNOUSERSITE", "1"));
        return builder.start().waitFor();
    }

    /** Runs the container and reports its end. The worker may remove the Job before the Job's end is reported. */
    public void runAndTell(Job job) throws IOException, InterruptedException {
        Pod pod = makePod(job);
        int code = run(job);
        cluster.tell(pod, ended(code));
    }

    public static PodStatus ended(int code) {
        return PodStatuses.ended(code, code == 0 ? "Completed" : "Error").build();
    }
}
