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
    private final String name = "aiverify-" + UUID.randomUUID();
    private final String inputs = name + "-in";
    private final String work = name + "-work";

    private RunVolumes(DockerEngine engine) {
        this.engine = engine;
    }

    /** Makes empty volumes; leaves none behind if that fails. */
    static RunVolumes of(DockerEngine engine, String image, Labels.Of labels) {
        RunVolumes volumes = new RunVolumes(engine);
        try {
            volumes.create(labels.kind(VOLUME));
            volumes.createFiller(image, labels.kind(FILLER));
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

    private void createFiller(String image, Map<String, String> labels) {
        engine.call(
                "create a container",
                () -> engine.client()
                        .createContainerCmd(image)
                        .withName(name)
                        .withLabels(labels)
                        .withEntrypoint("true")
                        .withCmd(new String[0])
                        .withHostConfig(HostConfig.newHostConfig()
                                .withNetworkMode("none")
                                .withMounts(mounts(false)))
                        .exec());
    }

    /** Adds files; a container that runs with these volumes sees them at once. */
    void add(TarSource.Content content) {
        TarSource.send(
                content,
                tar -> engine.call(
                        "copy the inputs into a volume",
                        () -> engine.client()
                                .copyArchiveToContainerCmd(name)
                                .withTarInputStream(tar)
                                .withRemotePath("/")
                                .exec()));
    }

    @Override
    public void close() {
        engine.removeContainer(name);
        for (String volume : List.of(inputs, work)) {
            engine.cleanUp(
                    "remove the volume " + volume,
                    () -> engine.client().removeVolumeCmd(volume).exec());
        }
    }
}
