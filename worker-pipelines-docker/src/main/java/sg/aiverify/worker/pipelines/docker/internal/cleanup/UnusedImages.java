package sg.aiverify.worker.pipelines.docker.internal.cleanup;

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
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.files.internal.ShortHash;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.internal.image.ImageStore;

/**
 * Removes images that workers built: images whose name was given to a newer image and, if limits are set, images above
 * the limit of age or of total size. An image is kept if a container or a run of this worker uses it, or if another
 * image is built on it. An image is also kept for some minutes after its last use, since another worker may be about to
 * use it.
 */
public final class UnusedImages {
    /** The time for which an image is always kept after its last use. */
    static final Duration GRACE = Duration.ofMinutes(10);

    private static final Logger log = LogManager.getLogger(UnusedImages.class);
    private final DockerEngine engine;
    private final ImageStore store;
    private final String label;
    private final String base;
    private final ImageUses uses;
    private final Clock clock;

    /** Creates the cleanup of images with a label ({@code name} or {@code name=value}), except the base image. */
    public UnusedImages(DockerEngine engine, String label, String base, ImageUses uses, Clock clock) {
        this.engine = engine;
        this.store = new ImageStore(engine);
        this.label = label;
        this.base = base;
        this.uses = uses;
        this.clock = clock;
    }

    /**
     * The limits above which images are removed.
     *
     * @param age the time since their last use; null for no limit
     * @param bytes the total size, without the base image; null for no limit
     */
    public record Limits(@Nullable Duration age, @Nullable Long bytes) {}

    private record Candidate(String id, List<String> tags, List<String> layers, long size, Instant lastUse) {
        boolean isBelow(Candidate other) {
            return layers.size() < other.layers.size()
                    && layers.equals(other.layers.subList(0, layers.size()))
                    && !id.equals(other.id);
        }
    }

    /** Checks all images once, and removes those that have no name or exceed a limit. */
    void evict(Limits limits) {
        Optional<Candidate> baseImage = store.inspect(base).map(image -> candidate(image, Instant.MAX));
        List<Candidate> images =
                new ArrayList<>(images(baseImage.map(Candidate::id).orElse("")));
        Set<String> inContainers = containers();
        images.sort(Comparator.comparing(Candidate::lastUse));
        Instant now = clock.instant();
        Set<String> kept = new HashSet<>(inContainers);
        while (true) {
            boolean isTooMuch = limits.bytes() != null && bytes(images, baseImage) > limits.bytes();
            Optional<Candidate> next = images.stream()
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

    /** Returns the size of all images. Counts shared layers once, and does not count layers of the base image. */
    private static long bytes(List<Candidate> images, Optional<Candidate> baseImage) {
        List<Candidate> below = new ArrayList<>(images);
        baseImage.ifPresent(below::add);
        Map<List<String>, Long> own = new HashMap<>();
        for (Candidate image : images) {
            long shared = below.stream()
                    .filter(other -> other.isBelow(image))
                    .mapToLong(Candidate::size)
                    .max()
                    .orElse(0);
            own.put(image.layers(), Math.max(0, image.size() - shared));
        }
        return own.values().stream().mapToLong(Long::longValue).sum();
    }

    private List<Candidate> images(String baseId) {
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
                .flatMap(id -> store.inspect(id).stream())
                .map(image -> candidate(image, lastUses.getOrDefault(image.getId(), clock.instant())))
                .toList();
    }

    private static Candidate candidate(InspectImageResponse image, Instant lastUse) {
        List<String> tags = image.getRepoTags();
        List<String> layers =
                image.getRootFS() == null ? null : image.getRootFS().getLayers();
        Long size = image.getSize();
        return new Candidate(
                String.valueOf(image.getId()),
                tags == null ? List.of() : tags,
                layers == null ? List.of() : layers,
                size == null ? 0 : size,
                lastUse);
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

    /** Removes an image with all its names; returns false if the engine refuses, as when a container uses the image. */
    private boolean remove(Candidate image) {
        try {
            for (String name : image.tags().isEmpty() ? List.of(image.id()) : image.tags()) {
                if (store.inspect(name)
                        .filter(now -> image.id().equals(now.getId()))
                        .isPresent()) {
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
            log.debug("The image {} is kept: {}", ShortHash.in(image.id()), e.getMessage());
            return false;
        }
    }
}
