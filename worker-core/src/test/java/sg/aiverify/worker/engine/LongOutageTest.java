package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.ScriptedPipeline;
import sg.aiverify.worker.config.Secrets;
import sg.aiverify.worker.failure.ServiceAwayException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipeline.Demand;
import sg.aiverify.worker.pipeline.Stage;
import sg.aiverify.worker.queue.memory.InMemoryTaskQueue;
import sg.aiverify.worker.report.RunListeners;
import sg.aiverify.worker.report.TestRunReporter;
import sg.aiverify.worker.task.Task;

/** Hours without the gateway, on a clock that is turned by those who wait. */
@Timeout(60)
class LongOutageTest {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir
    Path directory;

    private final ScriptedPipeline scripted = new ScriptedPipeline();
    private final InMemoryTaskQueue queue = new InMemoryTaskQueue(Duration.ofSeconds(30));
    private final AtomicLong waited = new AtomicLong();
    private final AtomicLong pauses = new AtomicLong();
    private final List<Integer> attempts = new CopyOnWriteArrayList<>();

    private void runThrough() {
        Task task = scripted.task("{}");
        queue.submit(task.toJson());
        EngineSettings settings = new EngineSettings(1, 2, Map.of());
        try (Engine engine = new Engine(
                scripted.pipeline(directory.resolve("data")),
                settings,
                directory.resolve("runs"),
                new TestRunReporter() {},
                ZoneOffset.UTC,
                Secrets.NONE,
                RunListeners.NONE,
                (cancellation, duration) -> {
                    cancellation.throwIfCancelled();
                    waited.addAndGet(duration.toMillis());
                    pauses.incrementAndGet();
                },
                () -> false)) {
            engine.start(queue);
            await().atMost(BOUND).until(() -> queue.queued() + queue.pending() == 0);
        }
        assertThat(queue.deadLetters()).isEmpty();
        assertThat(waited.get()).isGreaterThanOrEqualTo(HOUR.toMillis());
        // Longer and longer, but never longer than half a minute: back soon after the gateway is.
        assertThat(pauses.get()).isBetween(120L, 260L);
    }

    private void beAway() {
        if (waited.get() < HOUR.toMillis()) {
            throw new ServiceAwayException("the gateway is away");
        }
    }

    @Test
    void anHourWithoutTheGatewayBeforeTheRunSpendsNoAttempt() {
        scripted.demand = runId -> {
            beAway();
            return Demand.WANTED;
        };
        scripted.at(Stage.PIPELINE_EXECUTE, run -> attempts.add(run.attempt()));

        runThrough();

        assertThat(attempts).containsExactly(1);
        assertThat(scripted.uploads).hasSize(1);
    }

    @Test
    void anHourWithoutTheGatewayBeforeTheUploadRunsTheAlgorithmOnce() {
        scripted.at(Stage.PIPELINE_EXECUTE, run -> attempts.add(run.attempt()));
        scripted.at(Stage.UPLOAD, run -> beAway());

        runThrough();

        assertThat(attempts).containsExactly(1);
        assertThat(scripted.uploads).hasSize(1);
    }

    @Test
    void anHourWithoutTheGatewayBeforeTheErrorTellsItOnceItIsBack() {
        Consumer<String> away = runId -> beAway();
        scripted.telling = away;
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            attempts.add(run.attempt());
            throw new TaskFailedException("the algorithm raised");
        });

        runThrough();

        assertThat(attempts).containsExactly(1);
        assertThat(scripted.uploads).isEmpty();
        assertThat(scripted.errors).hasSize(1);
    }
}
