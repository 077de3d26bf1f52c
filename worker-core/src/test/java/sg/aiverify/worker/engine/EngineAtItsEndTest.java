package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.ScriptedPipeline;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.Retry;
import sg.aiverify.worker.queue.memory.InMemoryTaskQueue;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.stage.Demand;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.task.Task;

/** Tests stopped runs, rejected progress, and work directories that cannot be used. */
@Timeout(90)
class EngineAtItsEndTest {
    private static final Duration BOUND = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final ScriptedPipeline scripted = new ScriptedPipeline();
    private final InMemoryTaskQueue queue = new InMemoryTaskQueue(Duration.ofSeconds(30));
    private Worker worker;

    @AfterEach
    void close() {
        if (worker != null) {
            worker.close();
        }
    }

    private void start() {
        worker = scripted.worker(directory.resolve("data"), Map.of("TEWORKER_CONCURRENCY", "1"))
                .queue(queue)
                .build();
        worker.start();
    }

    private Task submit() {
        Task task = scripted.task("{}");
        queue.submit(task.toJson());
        return task;
    }

    private void awaitEmpty() {
        await().atMost(BOUND).untilAsserted(() -> {
            assertThat(queue.queued()).isZero();
            assertThat(queue.pending()).isZero();
        });
    }

    @Test
    void aWorkerThatIsClosedStartsNoMore() {
        submit();
        for (Worker.Builder builder : List.of(
                scripted.worker(directory.resolve("embedded"), Map.of()).queue(queue),
                scripted.worker(directory.resolve("own queue"), Map.of()))) {
            Worker closed = builder.build();
            closed.close();

            assertThatThrownBy(closed::start)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("the worker is closed");
        }
        assertThat(queue.queued()).isEqualTo(1);
    }

    @Test
    void aRunKnowsWhichAttemptItIs() {
        List<Integer> attempts = new CopyOnWriteArrayList<>();
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            attempts.add(run.attempt());
            if (run.attempt() == 1) {
                throw new InfrastructureException("a hiccup");
            }
        });
        submit();

        start();

        awaitEmpty();
        assertThat(attempts).containsExactly(1, 2);
    }

    @Test
    void aWorkerThatIsStoppedTwiceWhileItWaitsForAServiceReturnsItsTaskOnceWithoutSpendingAnAttempt() throws Exception {
        CountDownLatch requests = new CountDownLatch(1);
        scripted.demand = runId -> {
            requests.countDown();
            throw new ServiceUnavailableException("the gateway cannot be reached", null);
        };
        submit();
        start();
        requests.await();

        CompletableFuture<Void> first = CompletableFuture.runAsync(() -> stop(Duration.ofHours(1)));
        // The second stop has no grace period, and does not wait for that of the first.
        stop(Duration.ZERO);
        first.get(BOUND.toSeconds(), TimeUnit.SECONDS);

        assertThat(queue.pending()).isZero();
        assertThat(queue.receive(2, Duration.ZERO))
                .singleElement()
                .satisfies(delivery -> assertThat(delivery.attempt()).isEqualTo(1));
        assertThat(scripted.errors).isEmpty();
    }

    private void stop(Duration grace) {
        try {
            worker.stop(grace);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void progressThatTheGatewayRefusesStopsTheRunAsCancelled() {
        scripted.progressAccepted = percent -> percent < 50;
        CountDownLatch never = new CountDownLatch(1);
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            run.progress(60);
            never.await();
        });
        submit();

        start();

        awaitEmpty();
        assertThat(scripted.uploads).isEmpty();
        assertThat(scripted.errors).isEmpty();
    }

    @Test
    void progressThatCannotBeReportedHarmsNoRun() {
        scripted.progressAccepted = percent -> {
            throw new ServiceUnavailableException("the gateway cannot be reached", null);
        };
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            run.progress(60);
            await().atMost(BOUND).until(() -> scripted.progress.contains(60));
        });
        Task task = submit();

        start();

        awaitEmpty();
        assertThat(scripted.uploads).containsExactly(task.id());
    }

    @Test
    void anInvalidTaskWhoseStatusRequestFailsIsRetriedAndReportedOnce() {
        AtomicInteger requests = new AtomicInteger();
        scripted.demand = runId -> {
            switch (requests.incrementAndGet()) {
                case 1:
                    throw new ServiceUnavailableException("the gateway cannot be reached", null);
                case 2:
                    throw new IllegalStateException("a bug in the module");
                case 3:
                    throw new InfrastructureException("the response cannot be read");
                default:
                    return Demand.NEEDED;
            }
        };
        String id = scripted.task("{}").id();
        queue.submit("{\"id\": \"" + id + "\"}");

        start();

        await().atMost(BOUND).until(() -> !queue.deadLetters().isEmpty());
        assertThat(scripted.errors)
                .singleElement()
                .satisfies(reported -> assertThat(reported.runId()).isEqualTo(id));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aModuleThatReportsAStopWithoutAReasonSpendsAnAttemptEachTime(boolean interrupted) {
        AtomicInteger attempts = new AtomicInteger();
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            attempts.incrementAndGet();
            if (interrupted) {
                throw new InterruptedException("without a reason");
            }
            throw new RunCancelledException("without a reason");
        });
        submit();
        worker = scripted.worker(directory.resolve("data"), Map.of("TEWORKER_MAX_ATTEMPTS", "2"))
                .queue(queue)
                .build();

        worker.start();

        awaitEmpty();
        assertThat(attempts).hasValue(2);
        assertThat(scripted.errors)
                .singleElement()
                .satisfies(reported -> assertThat(reported.failure().text()).contains("given up after 2 attempts"));
        assertThat(queue.deadLetters()).hasSize(1);
    }

    @Test
    void aRunThatIsNotNeededAnyMoreIsNotRunInProcessEither() throws Exception {
        scripted.demand = runId -> Demand.NOT_NEEDED;
        worker = scripted.worker(directory.resolve("data"), Map.of())
                .queue(queue)
                .build();

        assertThat(worker.run(scripted.task("{}"))).isInstanceOf(Outcome.NotNeeded.class);

        assertThat(scripted.uploads).isEmpty();
    }

    @Test
    void aThreadThatClosesTheWorkerWhileInterruptedStaysInterrupted() {
        start();
        Thread.currentThread().interrupt();

        worker.close();

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aRunThatIsStoppedWhileItsErrorIsReportedReportsNothingMore() throws Exception {
        CountDownLatch reporting = new CountDownLatch(1);
        scripted.reporting = runId -> {
            reporting.countDown();
            throw new ServiceUnavailableException("the gateway cannot be reached", null);
        };
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            throw new sg.aiverify.worker.failure.TaskFailedException("the algorithm raised");
        });
        worker = scripted.worker(directory.resolve("data"), Map.of())
                .queue(queue)
                .build();
        FutureTask<Outcome> run = new FutureTask<>(() -> worker.run(scripted.task("{}")));
        new Thread(run).start();
        reporting.await();

        worker.close();

        assertThatThrownBy(run::get).hasCauseInstanceOf(InterruptedException.class);
        assertThat(scripted.errors).isEmpty();
    }

    @Test
    void theFirstOfTwoReasonsToStopAlsoAppliesToTheErrorReport() {
        StopSignal stop = new StopSignal();
        stop.stop(CancelReason.SHUTDOWN);
        stop.stop(CancelReason.LEASE_LOST);

        assertThat(stop.phase().reason()).contains(CancelReason.SHUTDOWN);
        assertThat(stop.beginReport().reason()).contains(CancelReason.SHUTDOWN);
    }

    @Test
    void aLimitThatStopsAStageStillLetsTheErrorBeReported() {
        StopSignal stop = new StopSignal();
        stop.stop(CancelReason.TIMED_OUT);

        assertThat(stop.phase().reason()).contains(CancelReason.TIMED_OUT);
        assertThat(stop.beginReport().reason()).isEmpty();
    }

    @Test
    void aDeliveryIsAtLeastTheFirstAndAnEngineHasAtLeastOneSlotAndOneAttempt() {
        assertThatThrownBy(() -> new Delivery("1-0", 0, "{}")).hasMessage("attempt must be at least 1, was 0");
        assertThatThrownBy(() -> new EngineSettings(0, 1, Map.of()))
                .hasMessage("concurrency and maxAttempts must be at least 1, were 0 and 1");
        assertThatThrownBy(() -> new EngineSettings(1, 0, Map.of()))
                .hasMessage("concurrency and maxAttempts must be at least 1, were 1 and 0");
    }

    @Test
    void aWorkDirectoryThatCannotBeUsedIsAConfigurationError() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "no directory");

        assertThatThrownBy(() -> new RunDirectories(file.resolve("below")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("The work directory " + file.resolve("below") + " cannot be used");
    }

    @Test
    void aRunsDirectoryThatCannotBeCreatedIsATemporaryFailure() throws Exception {
        try (RunDirectories directories = new RunDirectories(directory.resolve("runs"))) {
            RunDirectories.delete(directory.resolve("runs"));

            assertThatThrownBy(directories::create)
                    .isExactlyInstanceOf(InfrastructureException.class)
                    .hasMessageContaining("Could not create the run's work directory");
        }
    }

    @Test
    void lateSettlementsAreStillSettled() throws Exception {
        QueueHealth health = new QueueHealth(queue);
        RunsInProgress runs = new RunsInProgress();
        List<Delivery> unknown = Stream.of("77-0", "78-0", "79-0")
                .map(id -> new Delivery(id, 1, "{}"))
                .toList();
        for (Delivery delivery : unknown) {
            StopSignal ended = new StopSignal();
            ended.end();
            runs.add(delivery, ended);
        }
        Settler settler = new Settler(queue, Waiting.AS_PLANNED, runs, health);
        Thread thread = new Thread(settler);
        thread.start();

        settler.settle(new Settlement.Complete(unknown.get(0)));
        settler.settle(new Settlement.HandBack(unknown.get(1)));
        settler.settle(new Settlement.RetryLater(new Retry(unknown.get(2), Duration.ZERO)));

        assertThat(runs.awaitNone(BOUND)).isTrue();
        assertThat(queue.complete(unknown)).isEqualTo(Set.of());
        thread.interrupt();
        thread.join(BOUND.toMillis());
        assertThat(thread.isAlive()).isFalse();
    }
}
