package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.ScriptedPipeline;
import sg.aiverify.worker.config.internal.Secrets;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.listener.internal.RunListeners;
import sg.aiverify.worker.queue.memory.InMemoryTaskQueue;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.stage.Demand;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.task.Task;

/** Tests runs that wait for the gateway for hours. Each wait advances the clock. */
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
    private final AtomicInteger rounds = new AtomicInteger();
    private final List<Integer> attempts = new CopyOnWriteArrayList<>();

    private Engine engine(int slots, Waiting waiting) {
        return new Engine(
                scripted.pipeline(directory.resolve("data")),
                new EngineSettings(slots, 2, Map.of()),
                directory.resolve("runs"),
                ZoneOffset.UTC,
                Secrets.NONE,
                RunListeners.NONE,
                waiting,
                () -> {
                    // The first check in each round of the receiver.
                    rounds.incrementAndGet();
                    return false;
                });
    }

    private void runThrough(Duration longest) {
        Task task = scripted.task("{}");
        queue.submit(task.toJson());
        Waiting turnsTheClock = (reason, planned) -> {
            if (reason == Waiting.Reason.INTERVAL) {
                return ScriptedPipeline.HASTE.lasts(reason, planned);
            }
            waited.addAndGet(planned.toMillis());
            pauses.incrementAndGet();
            return Duration.ZERO;
        };
        try (Engine engine = engine(1, turnsTheClock)) {
            engine.start(queue);
            await().atMost(BOUND).until(() -> queue.queued() + queue.pending() == 0);
        }
        assertThat(queue.deadLetters()).isEmpty();
        assertThat(waited.get()).isGreaterThanOrEqualTo(HOUR.toMillis());
        // The pauses grow to an upper limit, so that the run continues soon after the gateway is available.
        assertThat(pauses.get()).isBetween(HOUR.dividedBy(longest), 2 * HOUR.dividedBy(longest) + 20);
    }

    private void awaitRounds(int count) {
        int before = rounds.get();
        await().atMost(BOUND).until(() -> rounds.get() >= before + count);
    }

    private void failForAnHour() {
        if (waited.get() < HOUR.toMillis()) {
            throw new ServiceUnavailableException("the gateway is unavailable");
        }
    }

    @Test
    void noNewTaskIsTakenWhileARunWaitsForAService() {
        AtomicBoolean unavailable = new AtomicBoolean(true);
        AtomicInteger tries = new AtomicInteger();
        Set<String> started = ConcurrentHashMap.newKeySet();
        scripted.at(Stage.DOWNLOAD, run -> {
            tries.incrementAndGet();
            started.add(run.task().id());
            if (unavailable.get()) {
                throw new ServiceUnavailableException("gateway unavailable");
            }
        });
        queue.submit(scripted.task("{}").toJson());
        try (Engine engine = engine(4, ScriptedPipeline.HASTE)) {
            engine.start(queue);
            await().atMost(BOUND).until(() -> tries.get() >= 2);
            // The queue has responded to all earlier requests by then.
            awaitRounds(2);

            queue.submit(scripted.task("{}").toJson());
            queue.submit(scripted.task("{}").toJson());

            awaitRounds(5);
            assertThat(started).hasSize(1);
            unavailable.set(false);
            await().atMost(BOUND).until(() -> scripted.uploads.size() == 3);
        }
    }

    @Test
    void anHourWithoutTheGatewayBeforeTheRunSpendsNoAttempt() {
        scripted.demand = runId -> {
            failForAnHour();
            return Demand.NEEDED;
        };
        scripted.at(Stage.PIPELINE_EXECUTE, run -> attempts.add(run.attempt()));

        runThrough(Duration.ofSeconds(10));

        assertThat(attempts).containsExactly(1);
        assertThat(scripted.uploads).hasSize(1);
    }

    @Test
    void anHourWithoutTheGatewayBeforeTheUploadRunsTheAlgorithmOnce() {
        scripted.at(Stage.PIPELINE_EXECUTE, run -> attempts.add(run.attempt()));
        scripted.at(Stage.UPLOAD, run -> failForAnHour());

        runThrough(Duration.ofSeconds(10));

        assertThat(attempts).containsExactly(1);
        assertThat(scripted.uploads).hasSize(1);
    }

    @Test
    void anErrorThatCannotBeStoredForAnHourIsTriedAgainAfterPausesAndNotTheAlgorithm() {
        scripted.reporting = runId -> {
            if (waited.get() < HOUR.toMillis()) {
                throw new InfrastructureException("the shelf is full");
            }
        };
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            attempts.add(run.attempt());
            throw new TaskFailedException("the algorithm raised");
        });

        runThrough(Duration.ofSeconds(30));

        assertThat(attempts).containsExactly(1);
        assertThat(scripted.errors).hasSize(1);
    }

    @Test
    void anHourWithoutTheGatewayBeforeTheErrorDelaysItsReport() {
        Consumer<String> unavailable = runId -> failForAnHour();
        scripted.reporting = unavailable;
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            attempts.add(run.attempt());
            throw new TaskFailedException("the algorithm raised");
        });

        runThrough(Duration.ofSeconds(10));

        assertThat(attempts).containsExactly(1);
        assertThat(scripted.uploads).isEmpty();
        assertThat(scripted.errors).hasSize(1);
    }
}
