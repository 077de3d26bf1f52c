package sg.aiverify.worker.pipelines.docker;

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
import sg.aiverify.worker.cache.ShortHash;

/**
 * Removes what dead workers left at the engine. A worker lives as long as its {@link Claim} runs. One whose claim was
 * ended by somebody else makes a new one within seconds, so what has none is given some time. Thread-safe.
 */
final class Sweep {
    private static final Logger log = LogManager.getLogger(Sweep.class);
    private static final Duration PROBE_AGE = Duration.ofMinutes(15);
    /** How long a worker must have been without a claim. */
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final String RUNNING = "running";
    private final DockerEngine engine;
    private final Clock clock;
    /** Workers without a claim, and since when that is known here. */
    private final Map<String, Instant> unclaimed = new ConcurrentHashMap<>();

    Sweep(DockerEngine engine, Clock clock) {
        this.engine = engine;
        this.clock = clock;
    }

    /** Tells whether something waits for a second look. */
    boolean hasSuspects() {
        return !unclaimed.isEmpty();
    }

    /** Looks once, sparing what this worker and all living ones made. */
    synchronized void run(String own) {
        // Claims are listed last: who made something before the first listing has its claim in the last.
        List<Container> containers = containers();
        List<InspectVolumeResponse> volumes = volumes();
        Set<String> living = containers().stream()
                .filter(container -> Claim.KIND.equals(container.getLabels().get(Labels.KIND)))
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

    /** Lists the workers that have had no claim for long enough: one that loses its claim makes another. */
    private Set<String> dead(List<Container> containers, List<InspectVolumeResponse> volumes, Set<String> living) {
        Set<String> without = Stream.concat(
                        containers.stream().map(Container::getLabels),
                        volumes.stream().map(InspectVolumeResponse::getLabels))
                .map(Sweep::instance)
                .filter(instance -> !instance.isEmpty() && !living.contains(instance))
                .collect(Collectors.toSet());
        Instant now = clock.instant();
        unclaimed.keySet().retainAll(without);
        without.forEach(instance -> unclaimed.putIfAbsent(instance, now));
        return without.stream()
                .filter(instance -> !now.isBefore(
                        Objects.requireNonNull(unclaimed.get(instance)).plus(PATIENCE)))
                .collect(Collectors.toSet());
    }

    private static String instance(@Nullable Map<String, String> labels) {
        return labels == null ? "" : labels.getOrDefault(Labels.INSTANCE, "");
    }

    private boolean isOldProbe(Container container) {
        return ImageProbe.KIND.equals(container.getLabels().get(Labels.KIND))
                && Instant.ofEpochSecond(container.getCreated()).plus(PROBE_AGE).isBefore(clock.instant());
    }

    private void remove(InspectVolumeResponse volume) {
        log.info("Removing the volume {} of a dead worker", volume.getName());
        engine.cleanUp(
                "remove the volume " + volume.getName(),
                () -> engine.client().removeVolumeCmd(volume.getName()).exec());
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
