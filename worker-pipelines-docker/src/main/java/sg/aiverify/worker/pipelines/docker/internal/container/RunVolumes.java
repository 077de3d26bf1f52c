package sg.aiverify.worker.pipelines.docker.internal.container;

import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.VolumeOptions;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.internal.engine.Labels;
import sg.aiverify.worker.pipelines.docker.internal.engine.TarSource;

/**
 * The volumes of one run. The worker fills them over the engine's API, so that the engine need not see the worker's
 * files. It copies into a container that is never started and that mounts the volumes: the engine copies no files into
 * the run's container, since the root of that is read-only.
 */
public final class RunVolumes implements AutoCloseable {
    /** The read-only directory of the inputs in the run's container. */
    static final String INPUTS = "/aiverify";

    /** The directory of the worker's own scripts in the run's container. */
    static final String SCRIPTS = INPUTS + "/runner";

    /** The directory in the run's container that the run can write to. */
    public static final String WORK = "/work";

    private final DockerEngine engine;
    private final String name = "aiverify-" + UUID.randomUUID();
    private final String inputs = name + "-in";
    private final String work = name + "-work";

    private RunVolumes(DockerEngine engine) {
        this.engine = engine;
    }

    /** Creates empty volumes; if a step fails, removes those that were created. */
    public static RunVolumes create(DockerEngine engine, String image, Labels.Owner owner) {
        RunVolumes volumes = new RunVolumes(engine);
        try {
            volumes.createVolumes(owner.labels(Labels.RUN_VOLUME));
            volumes.createFiller(image, owner.labels(Labels.VOLUME_FILLER));
            return volumes;
        } catch (RuntimeException e) {
            volumes.close();
            throw e;
        }
    }

    public List<Mount> mounts(boolean readOnlyInputs) {
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

    private void createVolumes(Map<String, String> labels) {
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

    /** Adds files; a running container with these volumes sees them at once. */
    public void add(TarSource.Content content) {
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
            engine.removeVolume(volume);
        }
    }
}
