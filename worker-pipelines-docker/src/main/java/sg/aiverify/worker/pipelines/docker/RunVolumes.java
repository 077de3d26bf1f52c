package sg.aiverify.worker.pipelines.docker;

import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.VolumeOptions;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The volumes of one run, filled over the engine's API, so that the engine need not see the worker's files. They are
 * filled through a container that is never started: copying into a read-only root fails.
 */
final class RunVolumes implements AutoCloseable {
    /** Where the inputs lie in the run's container, read-only. */
    static final String INPUTS = "/aiverify";

    /** The run's own directory in its container. */
    static final String WORK = "/work";

    static final String FILLER = "filler";
    static final String VOLUME = "volume";
    private final DockerEngine engine;
    private final String inputs;
    private final String work;

    private RunVolumes(DockerEngine engine, String name) {
        this.engine = engine;
        this.inputs = name + "-in";
        this.work = name + "-work";
    }

    /** Makes and fills the volumes; leaves none behind if that fails. */
    static RunVolumes filled(
            DockerEngine engine, String image, String instance, String runId, TarSource.Content content) {
        RunVolumes volumes = new RunVolumes(engine, "aiverify-" + UUID.randomUUID());
        try {
            volumes.create(Labels.ofRun(VOLUME, instance, runId));
            volumes.fill(image, Labels.ofRun(FILLER, instance, runId), content);
            return volumes;
        } catch (RuntimeException e) {
            volumes.close();
            throw e;
        }
    }

    List<Mount> mounts(boolean readOnlyInputs) {
        return List.of(mount(inputs, INPUTS, readOnlyInputs), mount(work, WORK, false));
    }

    private static Mount mount(String volume, String target, boolean readOnly) {
        return new Mount()
                .withType(MountType.VOLUME)
                .withSource(volume)
                .withTarget(target)
                .withReadOnly(readOnly)
                .withVolumeOptions(new VolumeOptions().withNoCopy(true));
    }

    private void create(Map<String, String> labels) {
        for (String volume : List.of(inputs, work)) {
            engine.call(
                    "create a volume",
                    () -> engine.client()
                            .createVolumeCmd()
                            .withName(volume)
                            .withLabels(labels)
                            .exec());
        }
    }

    private void fill(String image, Map<String, String> labels, TarSource.Content content) {
        String filler = engine.call(
                "create a container",
                () -> engine.client()
                        .createContainerCmd(image)
                        .withLabels(labels)
                        .withEntrypoint("true")
                        .withCmd(new String[0])
                        .withHostConfig(HostConfig.newHostConfig()
                                .withNetworkMode("none")
                                .withMounts(mounts(false)))
                        .exec()
                        .getId());
        try {
            TarSource.send(
                    content,
                    tar -> engine.call(
                            "copy the inputs into a volume",
                            () -> engine.client()
                                    .copyArchiveToContainerCmd(filler)
                                    .withTarInputStream(tar)
                                    .withRemotePath("/")
                                    .exec()));
        } finally {
            engine.cleanUp(
                    "remove the container " + filler,
                    () -> engine.client()
                            .removeContainerCmd(filler)
                            .withForce(true)
                            .exec());
        }
    }

    @Override
    public void close() {
        for (String volume : List.of(inputs, work)) {
            engine.cleanUp(
                    "remove the volume " + volume,
                    () -> engine.client().removeVolumeCmd(volume).exec());
        }
    }
}
