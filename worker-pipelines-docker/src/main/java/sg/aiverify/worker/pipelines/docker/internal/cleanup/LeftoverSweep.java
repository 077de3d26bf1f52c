package sg.aiverify.worker.pipelines.docker.internal.cleanup;

import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.model.Container;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.files.internal.ShortHash;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.internal.engine.Labels;

/**
 * Removes the containers and volumes that dead workers left on the engine. A worker is alive as long as its
 * {@link LivenessContainer} runs. If another process ends that container, the worker recreates it within seconds. So a
 * worker without a liveness container counts as dead only after {@link #PATIENCE}. Thread-safe.
 */
public final class LeftoverSweep {
    private static final Logger log = LogManager.getLogger(LeftoverSweep.class);
    private static final Duration PROBE_AGE = Duration.ofMinutes(15);
    /** The time without a liveness container after which a worker counts as dead. */
    public static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final String RUNNING = "running";
    private final DockerEngine engine;
    private final Clock clock;
    /** Workers without a liveness container, with the time at which this was first noticed. */
    private final Map<String, Instant> suspects = new ConcurrentHashMap<>();

    public LeftoverSweep(DockerEngine engine, Clock clock) {
        this.engine = engine;
        this.clock = clock;
    }

    /** Returns whether the last sweep found containers or volumes of a worker without a liveness container. */
    public boolean hasSuspects() {
        return !suspects.isEmpty();
    }

    /** Removes the objects of dead workers, and old probe containers; {@code own} is this worker's instance. */
    public synchronized void run(String own) {
        // Lists the liveness containers last: a worker creates its liveness container before all other objects, so the
        // last list contains the liveness container of each living owner.
        List<Container> containers = containers();
        List<InspectVolumeResponse> volumes = volumes();
        Set<String> living = containers().stream()
                .filter(container ->
                        Labels.LIVENESS.equals(container.getLabels().get(Labels.KIND)))
                .filter(container -> RUNNING.equals(container.getState()))
                .map(container -> instance(container.getLabels()))
                .collect(Collectors.toSet());
        living.add(own);
        Set<String> dead = dead(containers, volumes, living);
        containers.stream()
                .filter(container -> isOldProbe(container) || dead.contains(instance(container.getLabels())))
                .forEach(this::remove);
        volumes.stream()
                .filter(volume -> dead.contains(instance(volume.getLabels())))
                .forEach(this::remove);
    }

    /** Returns the workers that have been without a liveness container for {@link #PATIENCE}. */
    private Set<String> dead(List<Container> containers, List<InspectVolumeResponse> volumes, Set<String> living) {
        Set<String> without = Stream.concat(
                        containers.stream().map(Container::getLabels),
                        volumes.stream().map(InspectVolumeResponse::getLabels))
                .map(LeftoverSweep::instance)
                .filter(instance -> !instance.isEmpty() && !living.contains(instance))
                .collect(Collectors.toSet());
        Instant now = clock.instant();
        suspects.keySet().retainAll(without);
        without.forEach(instance -> suspects.putIfAbsent(instance, now));
        return without.stream()
                .filter(instance -> !now.isBefore(
                        Objects.requireNonNull(suspects.get(instance)).plus(PATIENCE)))
                .collect(Collectors.toSet());
    }

    private static String instance(@Nullable Map<String, String> labels) {
        return labels == null ? "" : labels.getOrDefault(Labels.INSTANCE, "");
    }

    private boolean isOldProbe(Container container) {
        return Labels.PROBE.equals(container.getLabels().get(Labels.KIND))
                && Instant.ofEpochSecond(container.getCreated()).plus(PROBE_AGE).isBefore(clock.instant());
    }

    private void remove(InspectVolumeResponse volume) {
        log.info("Removing the volume {} of a dead worker", volume.getName());
        engine.removeVolume(volume.getName());
    }

    private void remove(Container container) {
        log.info("Removing the container {} of a dead worker", ShortHash.in(container.getId()));
        engine.removeContainer(container.getId());
    }

    private List<Container> containers() {
        return engine.call(
                "list containers",
                () -> engine.client()
                        .listContainersCmd()
                        .withShowAll(true)
                        .withLabelFilter(List.of(Labels.KIND))
                        .exec());
    }

    private List<InspectVolumeResponse> volumes() {
        List<InspectVolumeResponse> volumes = engine.call(
                        "list volumes",
                        () -> engine.client()
                                .listVolumesCmd()
                                .withFilter("label", List.of(Labels.KIND))
                                .exec())
                .getVolumes();
        return volumes == null ? List.of() : volumes;
    }
}
