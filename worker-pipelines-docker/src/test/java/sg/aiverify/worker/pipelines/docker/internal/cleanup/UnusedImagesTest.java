package sg.aiverify.worker.pipelines.docker.internal.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.command.CreateContainerResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.files.internal.FileLocks;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.internal.image.ImageBuilder;
import sg.aiverify.worker.pipelines.docker.internal.image.ImageStore;
import sg.aiverify.worker.pipelines.docker.machine.AvailableEngine;
import sg.aiverify.worker.pipelines.docker.machine.Need;
import sg.aiverify.worker.pipelines.docker.machine.Requires;
import sg.aiverify.worker.run.CancellationSource;
import sg.aiverify.worker.testkit.stage.ObservedRun;

/** On a real engine that others also use: all images of this test have a label that only this test uses. */
@Requires(Need.ENGINE)
class UnusedImagesTest {
    private static final String LABEL = "sg.aiverify.worker.test";
    private static final int BYTES = 1 << 20;
    private static final UnusedImages.Limits NONE = new UnusedImages.Limits(null, null);
    private final String mark = UUID.randomUUID().toString();

    @TempDir
    Path directory;

    private DockerEngine engine;

    @BeforeEach
    void open() {
        engine = AvailableEngine.open();
    }

    @AfterEach
    void close() {
        List<String> left = ids();
        left.forEach(id -> engine.client().removeImageCmd(id).withForce(true).exec());
        engine.close();
    }

    @Test
    void withoutLimitsOnlyWhatLostItsNameGoes() throws Exception {
        String first = build("a", 1, "scratch");
        String second = build("a", 2, "scratch");
        String other = build("b", 1, "scratch");

        evict(NONE, Duration.ZERO);
        assertThat(ids()).contains(first, second, other);

        evict(NONE, Duration.ofDays(1000));
        assertThat(ids()).containsExactlyInAnyOrder(second, other);
    }

    @Test
    void whatWasNotUsedForTooLongGoesAlsoAfterARestart() throws Exception {
        UnusedImages.Limits limits = new UnusedImages.Limits(Duration.ofDays(7), null);
        String old = build("old", 1, "scratch");
        String used = build("used", 2, "scratch");
        evict(limits, Duration.ZERO);
        use(used, Duration.ofDays(3));

        evict(limits, Duration.ofDays(8));

        assertThat(ids()).containsExactly(used);
        evict(limits, Duration.ofDays(11));
        assertThat(ids()).doesNotContain(old, used);
    }

    @Test
    void overTheLimitTheLeastRecentlyUsedGoFirstAndWhatOthersAreBuiltOnLast() throws Exception {
        String below = build("below", 1, "scratch");
        String upper = build("upper", 2, name("below"));
        String other = build("other", 3, "scratch");
        use(below, Duration.ofMinutes(1));
        use(other, Duration.ofMinutes(2));
        use(upper, Duration.ofMinutes(3));

        evict(new UnusedImages.Limits(null, 3L * BYTES), Duration.ofHours(1));
        assertThat(ids()).containsExactlyInAnyOrder(below, upper, other);

        evict(new UnusedImages.Limits(null, 2L * BYTES), Duration.ofHours(1));
        assertThat(ids()).containsExactlyInAnyOrder(below, upper);

        evict(new UnusedImages.Limits(null, 1L), Duration.ofHours(1));
        assertThat(ids()).isEmpty();
    }

    @Test
    void whatWasUsedAMomentAgoOrIsInUseStays() throws Exception {
        UnusedImages.Limits limits = new UnusedImages.Limits(Duration.ofDays(1), 1L);
        String ran = build("ran", 1, "scratch");
        String held = build("held", 2, "scratch");
        CreateContainerResponse container =
                engine.client().createContainerCmd(ran).withCmd("none").exec();
        ImageUses uses = uses(Clock.systemUTC());
        try (ObservedRun run = new ObservedRun(directory)) {
            uses.hold(held, run);
            images(uses, Clock.systemUTC()).evict(limits);
            assertThat(ids()).containsExactlyInAnyOrder(ran, held);

            images(uses, in(Duration.ofDays(30))).evict(limits);
            assertThat(ids()).containsExactlyInAnyOrder(ran, held);
        } finally {
            engine.client().removeContainerCmd(container.getId()).exec();
        }
        evict(limits, Duration.ofDays(30));
        assertThat(ids()).isEmpty();
    }

    @Test
    void theBaseImageStaysWhateverItsLabels() throws Exception {
        String base = build("base", 1, "scratch");
        ImageUses uses = uses(Clock.systemUTC());
        uses.of(List.of(base));

        new UnusedImages(engine, LABEL + "=" + mark, name("base"), uses, in(Duration.ofDays(99)))
                .evict(new UnusedImages.Limits(Duration.ofDays(1), 1L));

        assertThat(ids()).containsExactly(base);
    }

    private String build(String name, int content, String below) throws IOException, InterruptedException {
        Path files = Files.createDirectories(directory.resolve(name + content));
        byte[] bytes = new byte[BYTES];
        bytes[0] = (byte) content;
        Files.write(files.resolve(mark + content), bytes);
        new ImageBuilder(engine, Path.of("packages.py"))
                .algorithm(below, files, name(name), Map.of(LABEL, mark), new CancellationSource());
        return new ImageStore(engine).findId(name(name)).orElseThrow();
    }

    private String name(String name) {
        return "aiverify-old-images-test-" + mark + ":" + name;
    }

    private void use(String image, Duration after) {
        ImageUses uses = uses(in(after));
        try (ObservedRun run = new ObservedRun(directory)) {
            uses.hold(image, run);
        }
    }

    private void evict(UnusedImages.Limits limits, Duration after) {
        images(uses(in(after)), in(after)).evict(limits);
    }

    private UnusedImages images(ImageUses uses, Clock clock) {
        return new UnusedImages(engine, LABEL + "=" + mark, AvailableEngine.BASE_IMAGE, uses, clock);
    }

    private ImageUses uses(Clock clock) {
        return new ImageUses(directory.resolve("image-uses"), new FileLocks(directory.resolve("locks")), clock);
    }

    private static Clock in(Duration time) {
        return Clock.offset(Clock.systemUTC(), time);
    }

    private List<String> ids() {
        return engine.client().listImagesCmd().withLabelFilter(LABEL + "=" + mark).exec().stream()
                .map(image -> image.getId())
                .distinct()
                .toList();
    }
}
