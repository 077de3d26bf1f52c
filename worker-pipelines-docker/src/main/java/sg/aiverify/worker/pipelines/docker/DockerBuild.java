package sg.aiverify.worker.pipelines.docker;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.cache.CacheEntry;
import sg.aiverify.worker.cache.FileLocks;
import sg.aiverify.worker.cache.ShortHash;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.pipeline.BuildPipe;
import sg.aiverify.worker.pipeline.ImageEnvironment;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.run.RunNote;

/** Prepares an image for each algorithm; those with equal requirements share the image below. */
final class DockerBuild implements BuildPipe<ImageEnvironment> {
    /** Goes into what identifies an image: another layout makes another image. */
    private static final String LAYOUT = "1";

    private static final String SHARED = "aiverify-requirements";
    private static final int SHARED_TAG_LENGTH = 32;
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
    private final ImageHousekeeping housekeeping;

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
            ImageHousekeeping housekeeping) {
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
        this.housekeeping = housekeeping;
    }

    @Override
    public Class<ImageEnvironment> environmentType() {
        return ImageEnvironment.class;
    }

    @Override
    public List<String> troubles() {
        List<String> troubles = new ArrayList<>(base.troubles());
        troubles.addAll(wheels.troubles());
        return troubles;
    }

    @Override
    public ImageEnvironment build(Algorithm algorithm, RunContext run) throws InterruptedException {
        run.cancellation().throwIfCancelled();
        String baseId = base.id();
        String content = hash(LAYOUT, baseId, algorithm.contentHash());
        ImageName name = ImageName.of(run.task(), settings.registry());
        try (FileLocks.Held held = locks.exclusive("image-" + hash(name.toString()), run.cancellation())) {
            Optional<ImageEnvironment> ready = held(ready(name, content, run), run);
            if (ready.isPresent()) {
                return ready.get();
            }
            run.note(RunNote.step("Building the image " + ShortHash.in(name)));
            ImageRequirements requirements = probe.ask(baseId, algorithm, run);
            String below = requirements.missing().isEmpty() ? baseId : shared(baseId, requirements, run);
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
            housekeeping.lookSoon();
            return held(images.find(name, content), run)
                    .orElseThrow(() -> new InfrastructureException("Failed to build docker environment: the image "
                            + name + " is gone right after its build"));
        }
    }

    /** Keeps an image for the run, unless it was removed a moment ago. */
    private Optional<ImageEnvironment> held(Optional<ImageEnvironment> found, RunContext run) {
        found.ifPresent(image -> uses.hold(image.reference(), run));
        return found.filter(image -> images.findId(image.reference()).isPresent());
    }

    /** The registry is asked, not only the engine: what another engine built need not be built again. */
    private Optional<ImageEnvironment> ready(ImageName name, String content, RunContext run)
            throws InterruptedException {
        if (settings.registry() != null) {
            if (!registry.pull(name, run.cancellation())) {
                return Optional.empty();
            }
        }
        return images.find(name, content);
    }

    private String shared(String baseId, ImageRequirements requirements, RunContext run) throws InterruptedException {
        String content = hash(LAYOUT, baseId, String.join("\n", requirements.missing()));
        ImageName name = new ImageName(null, SHARED, content.substring(0, SHARED_TAG_LENGTH));
        try (FileLocks.Held held = locks.exclusive("image-" + hash(name.toString()), run.cancellation())) {
            if (held(images.find(name, content), run).isEmpty()) {
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
                held(images.find(name, content), run);
            }
            return name.toString();
        }
    }

    private static String hash(String... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of()
                    .formatHex(digest.digest(String.join("\n", parts).getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public void close() {
        housekeeping.close();
        engine.close();
    }
}
