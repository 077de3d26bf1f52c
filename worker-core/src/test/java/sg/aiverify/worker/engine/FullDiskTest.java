package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.ScriptedPipeline;
import sg.aiverify.worker.config.internal.Secrets;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.listener.internal.RunListeners;
import sg.aiverify.worker.queue.memory.InMemoryTaskQueue;
import sg.aiverify.worker.stage.Stage;

/** Tests a disk that is full while runs continue, and has space again later. */
@Timeout(60)
class FullDiskTest {
    private static final Duration BOUND = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final ScriptedPipeline scripted = new ScriptedPipeline();
    private final InMemoryTaskQueue queue = new InMemoryTaskQueue(Duration.ofSeconds(30));
    private final AtomicBoolean full = new AtomicBoolean();
    private final AtomicInteger checks = new AtomicInteger();
    private final List<Integer> attempts = new CopyOnWriteArrayList<>();
    private Engine engine;

    @BeforeEach
    void open() {
        engine = new Engine(
                scripted.pipeline(directory.resolve("data")),
                new EngineSettings(1, 2, Map.of()),
                directory.resolve("runs"),
                ZoneOffset.UTC,
                Secrets.NONE,
                RunListeners.NONE,
                ScriptedPipeline.HASTE,
                () -> {
                    checks.incrementAndGet();
                    return full.get();
                });
    }

    @AfterEach
    void close() {
        engine.close();
        queue.close();
    }

    private void awaitChecks() {
        int seen = checks.get();
        await().atMost(BOUND).until(() -> checks.get() >= seen + 2);
    }

    @Test
    void aRunThatFailsOnAFullDiskIsReturnedAndSpendsNoAttempt() {
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            attempts.add(run.attempt());
            if (attempts.size() == 1) {
                full.set(true);
                throw new TaskFailedException("numpy could not write everything");
            }
            if (attempts.size() == 2) {
                full.set(true);
                throw new InfrastructureException("No space left on the disk");
            }
        });
        engine.start(queue);
        queue.submit(scripted.task("{}").toJson());

        for (int failures = 1; failures <= 2; failures++) {
            int failed = failures;
            await().atMost(BOUND).until(() -> attempts.size() == failed && queue.queued() == 1);
            awaitChecks();
            assertThat(attempts).as("nothing is received meanwhile").hasSize(failed);
            full.set(false);
        }

        await().atMost(BOUND).until(() -> queue.queued() + queue.pending() == 0);
        assertThat(attempts).containsExactly(1, 1, 1);
        assertThat(scripted.uploads).hasSize(1);
        assertThat(scripted.errors).isEmpty();
        assertThat(queue.deadLetters()).isEmpty();
    }

    @Test
    void aRunThatAloneFillsTheDiskSpendsItsAttempts() {
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            attempts.add(run.attempt());
            throw new InfrastructureException("No space left on the disk");
        });
        engine.start(queue);
        queue.submit(scripted.task("{}").toJson());

        await().atMost(BOUND).until(() -> !queue.deadLetters().isEmpty());
        assertThat(attempts).containsExactly(1, 2);
        assertThat(scripted.errors).hasSize(1);
    }

    @Test
    void aDiskIsFullWhenNotEvenASmallRunHasRoom() {
        assertThat(DiskSpace.of(directory).isFull()).isFalse();
        assertThat(DiskSpace.of(directory.resolve("gone")).isFull()).isFalse();
    }
}
