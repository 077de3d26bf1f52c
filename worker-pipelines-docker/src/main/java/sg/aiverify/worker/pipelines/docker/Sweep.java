package sg.aiverify.worker.pipelines.docker;

import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.model.Container;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Removes what dead workers left at the engine. A worker lives as long as its {@link Claim} runs; containers of a
 * worker without one end by themselves, as their input does, so one that still runs is given until the next look.
 */
final class Sweep {
    private static final Logger log = LogManager.getLogger(Sweep.class);
    private static final Duration PROBE_AGE = Duration.ofMinutes(15);
    private static final String RUNNING = "running";
    private final DockerEngine engine;
    private final Clock clock;
    private volatile Set<String> suspects = Set.of();

    Sweep(DockerEngine engine, Clock clock) {
        this.engine = engine;
        this.clock = clock;
    }

    /** Tells whether something waits for a second look. */
    boolean hasSuspects() {
        return !suspects.isEmpty();
    }

    /** Looks once, sparing what this worker and all living ones made. */
    void run(String own) {
        // Claims are listed last: who made something before the first listing has its claim in the last.
        List<Container> containers = containers();
        List<InspectVolumeResponse> volumes = volumes();
        Set<String> living = containers().stream()
                .filter(container -> Claim.KIND.equals(container.getLabels().get(Labels.KIND)))
                .filter(container -> RUNNING.equals(container.getState()))
                .map(container -> container.getLabels().get(Labels.INSTANCE))
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
        living.add(own);
        Set<String> seen = new HashSet<>();
        for (Container container : containers) {
            if (isLeft(container, living)) {
                if (RUNNING.equals(container.getState()) && !suspects.contains(container.getId())) {
                    seen.add(container.getId());
                } else {
                    remove(container);
                }
            }
        }
        for (InspectVolumeResponse volume : volumes) {
            Map<String, String> labels = volume.getLabels();
            String instance = labels == null ? null : labels.get(Labels.INSTANCE);
            if (instance != null && !living.contains(instance) && !isHeld(instance, containers, seen)) {
                log.info("Removing the volume {} of a dead worker", volume.getName());
                engine.cleanUp(
                        "remove the volume " + volume.getName(),
                        () -> engine.client().removeVolumeCmd(volume.getName()).exec());
            }
        }
        suspects = Set.copyOf(seen);
    }

    private boolean isLeft(Container container, Set<String> living) {
        if (ImageProbe.KIND.equals(container.getLabels().get(Labels.KIND))) {
            return Instant.ofEpochSecond(container.getCreated()).plus(PROBE_AGE).isBefore(clock.instant());
        }
        String instance = container.getLabels().get(Labels.INSTANCE);
        return instance != null && !living.contains(instance);
    }

    private static boolean isHeld(String instance, List<Container> containers, Set<String> spared) {
        return containers.stream()
                .anyMatch(container -> spared.contains(container.getId())
                        && instance.equals(container.getLabels().get(Labels.INSTANCE)));
    }

    private void remove(Container container) {
        log.info("Removing the container {} of a dead worker", container.getId());
        engine.cleanUp(
                "remove the container " + container.getId(),
                () -> engine.client()
                        .removeContainerCmd(container.getId())
                        .withForce(true)
                        .withRemoveVolumes(true)
                        .exec());
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
