package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.ScriptedPipeline;
import sg.aiverify.worker.TurnedTime;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.failure.FailureKind;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.queue.memory.InMemoryTaskQueue;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.stage.Demand;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.task.Task;

@Timeout(60)
class EngineTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private final ScriptedPipeline scripted = new ScriptedPipeline();
    private final TurnedTime time = new TurnedTime();
    private final InMemoryTaskQueue queue = new InMemoryTaskQueue(Duration.ofSeconds(30), time);
    private final Events events = new Events();
    private final List<Worker> workers = new ArrayList<>();

    @AfterEach
    void close() {
        workers.forEach(Worker::close);
    }

    private Worker start(Map<String, String> settings) {
        Worker worker = build(settings);
        worker.start();
        return worker;
    }

    private Worker build(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(Map.of("TEWORKER_CONCURRENCY", "2"));
        all.putAll(settings);
        Worker worker = scripted.worker(directory.resolve("data"), all)
                .queue(queue)
                .listener(events)
                .build();
        workers.add(worker);
        return worker;
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
    void everyTaskIsRunOnceAndAtMostAsManyAtOnceAsThereAreSlots() {
        CountDownLatch three = new CountDownLatch(3);
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            three.countDown();
            three.await();
        });
        List<String> ids = Stream.generate(this::submit).limit(50).map(Task::id).toList();

        start(Map.of("TEWORKER_CONCURRENCY", "3"));

        awaitEmpty();
        assertThat(scripted.uploads).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(scripted.mostExecuting).hasValue(3);
        assertThat(scripted.errors).isEmpty();
        assertThat(events.of("succeeded")).hasSize(50);
    }

    @Test
    void eachRunRequestsItsEnvironmentThoughItsAlgorithmIsCached() {
        List<String> requests = new CopyOnWriteArrayList<>();
        scripted.at(Stage.PIPELINE_BUILD, run -> requests.add(run.task().id()));
        List<String> ids = List.of(submit().id(), submit().id());

        start(Map.of());

        awaitEmpty();
        assertThat(requests).containsExactlyInAnyOrderElementsOf(ids);
    }

    @Test
    void severalWorkersShareAQueueWithoutDoingATaskTwice() {
        List<String> ids =
                Stream.generate(this::submit).limit(100).map(Task::id).toList();
        for (int i = 0; i < 3; i++) {
            Worker worker = scripted.worker(directory.resolve("data" + i), Map.of("TEWORKER_CONCURRENCY", "2"))
                    .queue(queue.join())
                    .build();
            workers.add(worker);
            worker.start();
        }

        awaitEmpty();
        assertThat(scripted.uploads).containsExactlyInAnyOrderElementsOf(ids);
    }

    @Test
    void aTaskFailureIsReportedOnceAndNotRetried() {
        AtomicInteger tries = new AtomicInteger();
        scripted.at(Stage.VALIDATE_INPUT, run -> {
            tries.incrementAndGet();
            throw new TaskFailedException("Input arguments is invalid: x is missing");
        });
        Task task = submit();

        start(Map.of());

        awaitEmpty();
        assertThat(tries).hasValue(1);
        assertThat(scripted.uploads).isEmpty();
        assertThat(scripted.errors).singleElement().satisfies(reported -> {
            assertThat(reported.runId()).isEqualTo(task.id());
            assertThat(reported.failure().text()).isEqualTo("validate_input: Input arguments is invalid: x is missing");
        });
        assertThat(queue.deadLetters()).isEmpty();
    }

    @Test
    void anInfrastructureFailureIsTriedAgainLaterAndSucceeds() {
        AtomicBoolean first = new AtomicBoolean(true);
        scripted.at(Stage.DOWNLOAD, run -> {
            if (first.getAndSet(false)) {
                throw new InfrastructureException("the disk is full");
            }
        });
        Task task = submit();

        start(Map.of());

        awaitEmpty();
        assertThat(scripted.uploads).containsExactly(task.id());
        assertThat(scripted.errors).isEmpty();
        assertThat(events.of("started")).hasSize(2);
    }

    @Test
    void aTaskOutOfAttemptsIsReportedAndBecomesADeadLetter() {
        scripted.at(Stage.DOWNLOAD, run -> {
            throw new InfrastructureException("the disk is full");
        });
        Task task = submit();

        start(Map.of("TEWORKER_MAX_ATTEMPTS", "2"));

        awaitEmpty();
        assertThat(scripted.errors).singleElement().satisfies(reported -> {
            assertThat(reported.runId()).isEqualTo(task.id());
            assertThat(reported.failure().text()).isEqualTo("download: the disk is full");
        });
        assertThat(queue.deadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.runId()).isEqualTo(task.id());
            assertThat(letter.kind()).isEqualTo(FailureKind.INFRASTRUCTURE);
            assertThat(letter.reason()).contains("the disk is full");
        });
        assertThat(events.of("started")).hasSize(2);
    }

    @Test
    void aTaskWithoutAFinishedAttemptIsGivenUpWithoutAnotherOne() throws Exception {
        Task task = submit();
        try (InMemoryTaskQueue crashed = queue.join()) {
            assertThat(crashed.receive(1, Duration.ZERO)).hasSize(1);
        }
        time.turn(queue.lease());

        start(Map.of("TEWORKER_MAX_ATTEMPTS", "1"));

        awaitEmpty();
        assertThat(scripted.errors)
                .singleElement()
                .satisfies(reported -> assertThat(reported.failure().text())
                        .isEqualTo("worker: given up after 1 attempt that never finished; delivery 2 was not run"));
        assertThat(queue.deadLetters())
                .singleElement()
                .satisfies(letter -> assertThat(letter.runId()).isEqualTo(task.id()));
        assertThat(events.of("started")).isEmpty();
    }

    @Test
    void aTaskOutOfAttemptsWhoseRunHasItsResultIsNoDeadLetter() throws Exception {
        submit();
        try (InMemoryTaskQueue crashed = queue.join()) {
            assertThat(crashed.receive(1, Duration.ZERO)).hasSize(1);
        }
        time.turn(queue.lease());
        // The worker that crashed had stored the result.
        scripted.errorsAccepted = false;

        start(Map.of("TEWORKER_MAX_ATTEMPTS", "1"));

        awaitEmpty();
        assertThat(scripted.errors).isEmpty();
        assertThat(queue.deadLetters()).isEmpty();
        assertThat(events.of("failed")).isEmpty();
    }

    @Test
    void aBrokenTaskWhoseErrorTheModuleCannotReportIsKeptAmongTheDeadLetters() {
        scripted.reporting = runId -> {
            throw new IllegalStateException("a bug in the module");
        };
        queue.submit("{\"id\":\"0c4f1a4e-7d55-4b0e-9a43-1d0a7f2b3c4d\"}");

        start(Map.of());

        awaitEmpty();
        assertThat(queue.deadLetters())
                .singleElement()
                .satisfies(letter -> assertThat(letter.reason()).contains("a bug in the module"));
    }

    @Test
    void anErrorThatCannotBeStoredYetIsReportedAgainWithoutRunningTheAlgorithmAgain() {
        AtomicInteger tries = new AtomicInteger();
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            throw new TaskFailedException("the algorithm raised");
        });
        scripted.reporting = runId -> {
            if (tries.incrementAndGet() < 3) {
                throw new InfrastructureException("the shelf is full");
            }
        };
        submit();

        start(Map.of("TEWORKER_MAX_ATTEMPTS", "2"));

        awaitEmpty();
        assertThat(tries).hasValue(3);
        assertThat(scripted.errors)
                .singleElement()
                .satisfies(reported ->
                        assertThat(reported.failure().text()).isEqualTo("pipeline_execute: the algorithm raised"));
        assertThat(events.of("started")).hasSize(1);
        assertThat(events.of("failed")).hasSize(1);
    }

    @Test
    void aRunWhoseErrorCannotBeStoredYetKeepsNoOtherRunFromItsSlot() {
        AtomicBoolean full = new AtomicBoolean(true);
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            if (run.task().algorithmArgs().has("fails")) {
                throw new TaskFailedException("the algorithm raised");
            }
        });
        scripted.reporting = runId -> {
            if (full.get()) {
                throw new InfrastructureException("the shelf is full");
            }
        };
        List<Task> failing = Stream.generate(() -> scripted.task("{\"fails\": true}"))
                .limit(3)
                .toList();
        failing.forEach(task -> queue.submit(task.toJson()));
        List<String> healthy =
                Stream.generate(this::submit).limit(3).map(Task::id).toList();

        start(Map.of("TEWORKER_CONCURRENCY", "1"));

        await().atMost(BOUND).until(() -> scripted.uploads.size() == healthy.size());
        assertThat(scripted.uploads).containsExactlyInAnyOrderElementsOf(healthy);
        assertThat(scripted.mostExecuting).hasValue(1);
        assertThat(scripted.errors).isEmpty();
        await().atMost(BOUND).until(() -> queue.pending() == failing.size());
        full.set(false);
        awaitEmpty();
        assertThat(scripted.errors)
                .extracting(ScriptedPipeline.Reported::runId)
                .containsExactlyInAnyOrderElementsOf(
                        failing.stream().map(Task::id).toList());
        assertThat(events.of("started")).hasSize(failing.size() + healthy.size());
    }

    @Test
    void anErrorThatTheModuleCannotReportIsKeptAmongTheDeadLetters() {
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            throw new TaskFailedException("the algorithm raised");
        });
        scripted.reporting = runId -> {
            throw new IllegalStateException("bug in the error module");
        };
        Task task = submit();

        start(Map.of());

        awaitEmpty();
        assertThat(queue.deadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.runId()).isEqualTo(task.id());
            assertThat(letter.reason()).contains("the algorithm raised", "bug in the error module");
        });
        assertThat(events.of("started")).hasSize(1);
    }

    @Test
    void aClosedWorkerRunsNothing() {
        Worker worker = build(Map.of());
        worker.close();

        assertThatThrownBy(() -> worker.run(scripted.task("{}")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void aServiceThatIsUnavailableIsWaitedForAndSpendsNoAttempt() {
        AtomicInteger tries = new AtomicInteger();
        scripted.at(Stage.UPLOAD, run -> {
            if (tries.incrementAndGet() < 3) {
                throw new ServiceUnavailableException("gateway http://127.0.0.1:1 cannot be reached");
            }
        });
        Task task = submit();

        start(Map.of("TEWORKER_MAX_ATTEMPTS", "1"));

        awaitEmpty();
        assertThat(scripted.uploads).containsExactly(task.id());
        assertThat(events.of("started")).hasSize(1);
    }

    @Test
    void aModuleThatThrowsSomethingElseIsNamedInTheError() {
        scripted.at(Stage.PIPELINE_BUILD, run -> {
            throw new IllegalStateException("bug in the module");
        });
        submit();

        start(Map.of());

        awaitEmpty();
        assertThat(scripted.errors)
                .singleElement()
                .satisfies(reported -> assertThat(reported.failure().text())
                        .startsWith("pipeline_build: An unexpected error occurred: the module ")
                        .contains("ScriptedPipeline")
                        .endsWith(" failed: bug in the module"));
    }

    @Test
    void theErrorOfATimeOutContainsTheLastOutputOfTheTool() {
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                throw RunCancelledException.withOutput("the run was stopped", "epoch 1\nepoch 2\n");
            }
        });
        submit();

        start(Map.of("TEWORKER_TASK_TIMEOUT_SECONDS", "1"));

        awaitEmpty();
        assertThat(scripted.errors)
                .singleElement()
                .satisfies(reported -> assertThat(reported.failure().text())
                        .contains("took longer than 1 seconds")
                        .endsWith("\nepoch 1\nepoch 2"));
    }

    @Test
    void aRunWhoseEntryIsDeletedIsStoppedAndReportsNothing() {
        CountDownLatch running = new CountDownLatch(1);
        Set<CancelReason> reasons = ConcurrentHashMap.newKeySet();
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            run.cancellation()
                    .onCancel(() -> reasons.add(run.cancellation().reason().orElseThrow()));
            running.countDown();
            new CountDownLatch(1).await();
        });
        scripted.demand = runId -> reasons.isEmpty() && running.getCount() > 0 ? Demand.NEEDED : Demand.NOT_NEEDED;
        String entry = queue.submit(scripted.task("{}").toJson());
        start(Map.of());
        await().atMost(BOUND).until(() -> running.getCount() == 0);

        queue.delete(entry);

        awaitEmpty();
        assertThat(reasons).containsExactly(CancelReason.CANCELLED);
        assertThat(scripted.uploads).isEmpty();
        assertThat(scripted.errors).isEmpty();
        assertThat(events.of("cancelled")).hasSize(1);
    }

    @Test
    void aRunThatIsStillNeededContinuesWhenItsEntryDisappears() {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            running.countDown();
            goOn.await();
        });
        Task task = scripted.task("{}");
        AtomicInteger requests = new AtomicInteger();
        scripted.demand = runId -> {
            requests.incrementAndGet();
            return Demand.NEEDED;
        };
        String entry = queue.submit(task.toJson());
        start(Map.of());
        await().atMost(BOUND).until(() -> running.getCount() == 0);

        queue.delete(entry);
        await().atMost(BOUND).until(() -> requests.get() >= 3);
        goOn.countDown();

        await().atMost(BOUND).untilAsserted(() -> assertThat(scripted.uploads).containsExactly(task.id()));
    }

    @Test
    void aRunThatIsNotNeededIsNotStarted() {
        scripted.demand = runId -> Demand.NOT_NEEDED;
        submit();

        start(Map.of());

        awaitEmpty();
        assertThat(events.of("started")).isEmpty();
        assertThat(scripted.uploads).isEmpty();
        assertThat(scripted.errors).isEmpty();
    }

    @Test
    void stoppingLetsRunsFinish() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            running.countDown();
            goOn.await();
        });
        Task task = submit();
        Worker worker = start(Map.of());
        running.await();
        Thread stopper = new Thread(() -> stopQuietly(worker, Duration.ofSeconds(30)));
        stopper.start();

        goOn.countDown();
        stopper.join();

        assertThat(scripted.uploads).containsExactly(task.id());
        assertThat(queue.pending()).isZero();
    }

    @Test
    void aRunThatDoesNotFinishInTimeIsHandedBackWithoutSpendingAnAttempt() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            running.countDown();
            new CountDownLatch(1).await();
        });
        submit();
        Worker worker = start(Map.of());
        running.await();

        worker.stop(Duration.ofMillis(50));

        assertThat(queue.queued()).isEqualTo(1);
        assertThat(queue.pending()).isZero();
        assertThat(queue.receive(1, Duration.ofSeconds(1)))
                .singleElement()
                .satisfies(delivery -> assertThat(delivery.attempt()).isEqualTo(1));
        assertThat(scripted.uploads).isEmpty();
        assertThat(scripted.errors).isEmpty();
    }

    @Test
    void aBrokenTaskWithAReadableIdIsReportedAndKept() {
        String id = scripted.task("{}").id();
        queue.submit("{\"id\":\"" + id + "\",\"mode\":\"upload\"}");
        queue.submit("not json at all");
        Task good = submit();

        start(Map.of());

        awaitEmpty();
        assertThat(scripted.errors).singleElement().satisfies(reported -> {
            assertThat(reported.runId()).isEqualTo(id);
            assertThat(reported.failure().text()).contains("algorithmGID");
        });
        assertThat(queue.deadLetters()).hasSize(2);
        assertThat(scripted.uploads).containsExactly(good.id());
    }

    @Test
    void noProgressIsReportedDuringTheUpload() {
        CountDownLatch uploading = new CountDownLatch(1);
        CountDownLatch otherReported = new CountDownLatch(1);
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            if (run.task().algorithmArgs().has("other")) {
                uploading.await();
                run.progress(77);
                await().atMost(BOUND).until(() -> scripted.progress.contains(77));
                otherReported.countDown();
            }
        });
        scripted.at(Stage.UPLOAD, run -> {
            if (!run.task().algorithmArgs().has("other")) {
                run.progress(95);
                uploading.countDown();
                // Progress reports keep their order.
                otherReported.await();
            }
        });
        submit();
        queue.submit(scripted.task("{\"other\": true}").toJson());

        start(Map.of());

        awaitEmpty();
        assertThat(scripted.progress).containsExactly(77);
        assertThat(scripted.uploads).hasSize(2);
    }

    @Test
    void aBrokenTaskOutlastsAServiceThatIsUnavailableWithoutSpendingAnAttempt() {
        AtomicInteger requests = new AtomicInteger();
        scripted.demand = runId -> {
            if (requests.incrementAndGet() <= 2) {
                throw new ServiceUnavailableException("gateway unavailable");
            }
            return Demand.NEEDED;
        };
        queue.submit("{\"id\":\"" + scripted.task("{}").id() + "\",\"mode\":\"upload\"}");

        start(Map.of("TEWORKER_MAX_ATTEMPTS", "1"));

        awaitEmpty();
        assertThat(requests).hasValue(3);
        assertThat(scripted.errors).hasSize(1);
        assertThat(queue.deadLetters())
                .singleElement()
                .satisfies(kept -> assertThat(kept.delivery().attempt()).isEqualTo(1));
    }

    @Test
    void theProgressOfARestartedRunContinuesFromTheLastReport() {
        scripted.demand = runId -> Demand.needed(40);
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            run.progress(10);
            run.progress(40);
            run.progress(60);
            await().atMost(BOUND).until(() -> !scripted.progress.isEmpty());
        });
        submit();

        start(Map.of());

        awaitEmpty();
        assertThat(scripted.progress).containsExactly(60);
    }

    @Test
    void theWorkDirectoryIsDeletedWithTheRunAndResourcesAreClosedInReverseOrder() {
        List<String> closed = new CopyOnWriteArrayList<>();
        List<Path> directories = new CopyOnWriteArrayList<>();
        scripted.at(Stage.DOWNLOAD, run -> {
            directories.add(run.workDirectory());
            run.closeAtEnd(() -> closed.add("first"));
            run.closeAtEnd(() -> {
                closed.add("second");
                throw new java.io.IOException("must not stop the others");
            });
        });
        submit();

        start(Map.of());

        awaitEmpty();
        assertThat(closed).containsExactly("second", "first");
        assertThat(directories)
                .singleElement()
                .satisfies(path -> assertThat(path).doesNotExist());
    }

    @Test
    void theDirectoryOfADeadWorkerIsDeletedAndThatOfALivingOneIsNot() throws Exception {
        Path runs = Files.createDirectories(directory.resolve("data/runs"));
        Files.createDirectories(runs.resolve("dead/run-1/sub"));
        Files.createFile(runs.resolve("dead.lock"));
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        List<Path> directories = new CopyOnWriteArrayList<>();
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            directories.add(run.workDirectory());
            running.countDown();
            goOn.await();
        });
        submit();
        start(Map.of());
        running.await();

        build(Map.of());

        assertThat(runs.resolve("dead")).doesNotExist();
        assertThat(directories)
                .singleElement()
                .satisfies(path -> assertThat(path).isDirectory());
        goOn.countDown();
        awaitEmpty();
    }

    @Test
    void aTaskIsRunInProcessWithoutAQueue() throws Exception {
        Worker worker = build(Map.of());

        Outcome outcome = worker.run(scripted.task("{}"));

        assertThat(outcome).isInstanceOf(Outcome.Succeeded.class);
        assertThat(scripted.uploads).hasSize(1);
    }

    @Test
    void closingTheWorkerStopsARunInProcess() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            running.countDown();
            new CountDownLatch(1).await();
        });
        Worker worker = build(Map.of());
        FutureTask<Outcome> run = new FutureTask<>(() -> worker.run(scripted.task("{}")));
        new Thread(run).start();
        running.await();

        worker.close();

        assertThatThrownBy(() -> run.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedException.class);
        assertThat(scripted.uploads).isEmpty();
        assertThat(scripted.errors).isEmpty();
    }

    @Test
    void interruptingARunInProcessStopsIt() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            running.countDown();
            run.cancellation().sleep(Duration.ofMinutes(1));
        });
        Worker worker = build(Map.of());
        FutureTask<Outcome> run = new FutureTask<>(() -> worker.run(scripted.task("{}")));
        Thread thread = new Thread(run);
        thread.start();
        running.await();

        thread.interrupt();

        assertThatThrownBy(run::get).hasCauseInstanceOf(InterruptedException.class);
        assertThat(scripted.errors).isEmpty();
    }

    @Test
    void startingTwiceIsRefused() {
        Worker worker = start(Map.of());

        assertThatThrownBy(worker::start).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aReporterThatThrowsChangesNothing() {
        Worker worker = scripted.worker(directory.resolve("data"), Map.of())
                .queue(queue)
                .listener(new RunListener() {
                    @Override
                    public void started(Task task) {
                        throw new IllegalStateException("broken reporter");
                    }
                })
                .listener(events)
                .build();
        workers.add(worker);
        submit();

        worker.start();

        awaitEmpty();
        assertThat(events.of("succeeded")).hasSize(1);
    }

    private static void stopQuietly(Worker worker, Duration grace) {
        try {
            worker.stop(grace);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Events implements RunListener {
        private final List<String> seen = new CopyOnWriteArrayList<>();

        List<String> of(String kind) {
            return seen.stream().filter(event -> event.startsWith(kind)).toList();
        }

        @Override
        public void started(Task task) {
            seen.add("started " + task.id());
        }

        @Override
        public void succeeded(Task task) {
            seen.add("succeeded " + task.id());
        }

        @Override
        public void failed(Task task, Failure failure) {
            seen.add("failed " + task.id());
        }

        @Override
        public void cancelled(Task task) {
            seen.add("cancelled " + task.id());
        }
    }
}
