package sg.aiverify.worker.pipelines.docker;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.codec.digest.DigestUtils;
import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.cache.CacheEntry;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.files.internal.FileLocks;
import sg.aiverify.worker.files.internal.ShortHash;
import sg.aiverify.worker.pipelines.docker.internal.cleanup.ImageCleanupTimer;
import sg.aiverify.worker.pipelines.docker.internal.cleanup.ImageUses;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.internal.engine.Labels;
import sg.aiverify.worker.pipelines.docker.internal.image.BaseImage;
import sg.aiverify.worker.pipelines.docker.internal.image.ImageBuilder;
import sg.aiverify.worker.pipelines.docker.internal.image.ImageName;
import sg.aiverify.worker.pipelines.docker.internal.image.ImageProbe;
import sg.aiverify.worker.pipelines.docker.internal.image.ImageRequirements;
import sg.aiverify.worker.pipelines.docker.internal.image.ImageStore;
import sg.aiverify.worker.pipelines.docker.internal.image.Registry;
import sg.aiverify.worker.pipelines.docker.internal.image.Wheels;
import sg.aiverify.worker.pipelines.docker.internal.settings.DockerSettings;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.run.RunNote;
import sg.aiverify.worker.stage.BuildModule;
import sg.aiverify.worker.stage.ImageEnvironment;

/** Builds an image for each algorithm. The images of algorithms with equal requirements are built on a shared image. */
final class DockerBuild implements BuildModule<ImageEnvironment> {
    /** A part of the hash that identifies an image. Change this text whenever the generated Dockerfiles change. */
    private static final String LAYOUT = "1";

    private static final String REQUIREMENTS_IMAGE = "aiverify-requirements";
    private static final int REQUIREMENTS_TAG_LENGTH = 32;
    private final DockerEngine engine;
    private final DockerSettings settings;
    private final BaseImage base;
    private final ImageStore images;
    private final Registry registry;
    private final ImageProbe probe;
    private final Wheels wheels;
    private final ImageBuilder builder;
    private final FileLocks locks;
    private final ImageUses uses;
    private final ImageCleanupTimer imageCleanup;

    DockerBuild(
            DockerEngine engine,
            DockerSettings settings,
            BaseImage base,
            Registry registry,
            ImageProbe probe,
            Wheels wheels,
            ImageBuilder builder,
            FileLocks locks,
            ImageUses uses,
            ImageCleanupTimer imageCleanup) {
        this.engine = engine;
        this.settings = settings;
        this.base = base;
        this.images = new ImageStore(engine);
        this.registry = registry;
        this.probe = probe;
        this.wheels = wheels;
        this.builder = builder;
        this.locks = locks;
        this.uses = uses;
        this.imageCleanup = imageCleanup;
    }

    @Override
    public Class<ImageEnvironment> environmentType() {
        return ImageEnvironment.class;
    }

    @Override
    public List<String> problems() {
        List<String> problems = new ArrayList<>(base.problems());
        problems.addAll(wheels.problems());
        return problems;
    }

    @Override
    public ImageEnvironment build(Algorithm algorithm, RunContext run) throws InterruptedException {
        run.cancellation().throwIfCancelled();
        String baseId = base.id();
        String content = hash(LAYOUT, baseId, algorithm.contentHash());
        ImageName name = ImageName.of(run.task(), settings.registry());
        try (FileLocks.Held held = locks.exclusive("image-" + hash(name.toString()), run.cancellation())) {
            Optional<ImageEnvironment> existing = keep(find(name, content, run), run);
            if (existing.isPresent()) {
                return existing.get();
            }
            run.note(RunNote.step("Building the image " + ShortHash.in(name)));
            ImageRequirements requirements = probe.find(baseId, algorithm, run);
            String below = requirements.missing().isEmpty() ? baseId : requirementsImage(baseId, requirements, run);
            String python = requirements.missing().isEmpty() ? requirements.python() : ImageBuilder.PYTHON;
            builder.algorithm(
                    below,
                    algorithm.directory(),
                    name.toString(),
                    Map.of(Labels.CONTENT, content, Labels.PYTHON, python),
                    run.cancellation());
            if (settings.registry() != null) {
                registry.push(name, run.cancellation());
            }
            imageCleanup.evictSoon();
            return keep(images.find(name, content), run)
                    .orElseThrow(() -> new InfrastructureException("Failed to build docker environment: the image "
                            + name + " was removed right after its build"));
        }
    }

    /** Prevents the removal of an image during the run; returns empty if the image no longer exists. */
    private Optional<ImageEnvironment> keep(Optional<ImageEnvironment> found, RunContext run) {
        found.ifPresent(image -> uses.hold(image.reference(), run));
        return found.filter(image -> images.findId(image.reference()).isPresent());
    }

    /**
     * Returns the existing image; empty if it must be built. If a registry is set, first pulls the image: a worker with
     * another engine may have pushed it.
     */
    private Optional<ImageEnvironment> find(ImageName name, String content, RunContext run)
            throws InterruptedException {
        if (settings.registry() != null) {
            if (!registry.pull(name, run.cancellation())) {
                return Optional.empty();
            }
        }
        return images.find(name, content);
    }

    /** Returns the name of the image with the requirements; builds this image if it does not exist. */
    private String requirementsImage(String baseId, ImageRequirements requirements, RunContext run)
            throws InterruptedException {
        String content = hash(LAYOUT, baseId, String.join("\n", requirements.missing()));
        ImageName name = new ImageName(null, REQUIREMENTS_IMAGE, content.substring(0, REQUIREMENTS_TAG_LENGTH));
        try (FileLocks.Held held = locks.exclusive("image-" + hash(name.toString()), run.cancellation())) {
            if (keep(images.find(name, content), run).isEmpty()) {
                run.note(RunNote.step("Building the image " + ShortHash.in(name) + " with "
                        + String.join(", ", requirements.missing())));
                CacheEntry entry = wheels.obtain(content, requirements, run);
                builder.requirements(
                        baseId,
                        requirements,
                        entry.directory(),
                        name.toString(),
                        Map.of(Labels.CONTENT, content, Labels.PYTHON, ImageBuilder.PYTHON),
                        run.cancellation());
                keep(images.find(name, content), run);
            }
            return name.toString();
        }
    }

    private static String hash(String... parts) {
        return DigestUtils.sha256Hex(String.join("\n", parts));
    }

    @Override
    public void close() {
        imageCleanup.close();
        engine.close();
    }
}
