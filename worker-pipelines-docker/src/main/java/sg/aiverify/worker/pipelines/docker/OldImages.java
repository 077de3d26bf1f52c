package sg.aiverify.worker.pipelines.docker;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Image;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.cache.ShortHash;
import sg.aiverify.worker.failure.StageException;

/**
 * Removes images that workers built: those that lost their name to a newer one, and, where there is a limit, those that
 * are too old or too many. Never one that a container uses, that a run of this worker uses, that another is built on, or
 * that was used a short while ago: a sibling may be about to run it.
 */
final class OldImages {
    /** How long after its last use an image stays in any case. */
    static final Duration GRACE = Duration.ofMinutes(10);

    private static final Logger log = LogManager.getLogger(OldImages.class);
    private final DockerEngine engine;
    private final String label;
    private final String base;
    private final ImageUses uses;
    private final Clock clock;

    /** Looks only at images with a label, given as {@code name} or {@code name=value}, and never at the base image. */
    OldImages(DockerEngine engine, String label, String base, ImageUses uses, Clock clock) {
        this.engine = engine;
        this.label = label;
        this.base = base;
        this.uses = uses;
        this.clock = clock;
    }

    /**
     * What images may take.
     *
     * @param age since their last use; null for no limit
     * @param bytes all together, without the base image; null for no limit
     */
    record Limits(@Nullable Duration age, @Nullable Long bytes) {}

    private record Found(String id, List<String> tags, List<String> layers, long size, Instant lastUse) {
        boolean isBelow(Found other) {
            return layers.size() < other.layers.size()
                    && layers.equals(other.layers.subList(0, layers.size()))
                    && !id.equals(other.id);
        }
    }

    /** Looks once. */
    void evict(Limits limits) {
        Optional<Found> baseImage = inspect(base).map(image -> found(image, Instant.MAX));
        List<Found> images = new ArrayList<>(images(baseImage.map(Found::id).orElse("")));
        Set<String> inContainers = containers();
        images.sort(Comparator.comparing(Found::lastUse));
        Instant now = clock.instant();
        Set<String> kept = new HashSet<>(inContainers);
        while (true) {
            boolean isTooMuch = limits.bytes() != null && bytes(images, baseImage) > limits.bytes();
            Optional<Found> next = images.stream()
                    .filter(image -> !kept.contains(image.id()) && !uses.isHeld(image.id()))
                    .filter(image -> image.lastUse().plus(GRACE).isBefore(now))
                    .filter(image -> images.stream().noneMatch(image::isBelow))
                    .filter(image -> image.tags().isEmpty()
                            || isTooMuch
                            || limits.age() != null
                                    && image.lastUse().plus(limits.age()).isBefore(now))
                    .findFirst();
            if (next.isEmpty()) {
                return;
            }
            if (remove(next.get())) {
                images.remove(next.get());
            } else {
                kept.add(next.get().id());
            }
        }
    }

    /** Counts what several images share once, and the base image not at all. */
    private static long bytes(List<Found> images, Optional<Found> baseImage) {
        List<Found> below = new ArrayList<>(images);
        baseImage.ifPresent(below::add);
        Map<List<String>, Long> own = new HashMap<>();
        for (Found image : images) {
            long shared = below.stream()
                    .filter(other -> other.isBelow(image))
                    .mapToLong(Found::size)
                    .max()
                    .orElse(0);
            own.put(image.layers(), Math.max(0, image.size() - shared));
        }
        return own.values().stream().mapToLong(Long::longValue).sum();
    }

    private List<Found> images(String baseId) {
        List<String> ids =
                engine
                        .call(
                                "list images",
                                () -> engine.client()
                                        .listImagesCmd()
                                        .withLabelFilter(label)
                                        .exec())
                        .stream()
                        .map(Image::getId)
                        .filter(id -> !id.equals(baseId))
                        .distinct()
                        .toList();
        Map<String, Instant> lastUses = uses.of(ids);
        return ids.stream()
                .flatMap(id -> inspect(id).stream())
                .map(image -> found(image, lastUses.getOrDefault(image.getId(), clock.instant())))
                .toList();
    }

    private static Found found(InspectImageResponse image, Instant lastUse) {
        List<String> tags = image.getRepoTags();
        List<String> layers =
                image.getRootFS() == null ? null : image.getRootFS().getLayers();
        Long size = image.getSize();
        return new Found(
                String.valueOf(image.getId()),
                tags == null ? List.of() : tags,
                layers == null ? List.of() : layers,
                size == null ? 0 : size,
                lastUse);
    }

    private Optional<InspectImageResponse> inspect(String name) {
        return engine.find(
                "look at the image " + name,
                () -> engine.client().inspectImageCmd(name).exec());
    }

    private Set<String> containers() {
        return engine
                .call(
                        "list containers",
                        () -> engine.client()
                                .listContainersCmd()
                                .withShowAll(true)
                                .exec())
                .stream()
                .map(Container::getImageId)
                .collect(Collectors.toSet());
    }

    /** Removes all names of an image, and with the last one the image; the engine refuses if a container uses it. */
    private boolean remove(Found image) {
        try {
            for (String name : image.tags().isEmpty() ? List.of(image.id()) : image.tags()) {
                if (inspect(name).filter(now -> image.id().equals(now.getId())).isPresent()) {
                    engine.call(
                            "remove the image " + name,
                            () -> engine.client().removeImageCmd(name).exec());
                }
            }
            log.info(
                    "Removed the image {}, last used at {}",
                    ShortHash.in(image.tags() + " " + image.id()),
                    image.lastUse());
            return true;
        } catch (StageException e) {
            log.debug("The image {} stays: {}", ShortHash.in(image.id()), e.getMessage());
            return false;
        }
    }
}
