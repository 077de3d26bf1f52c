package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.ScriptedPipeline;
import sg.aiverify.worker.config.internal.Secrets;
import sg.aiverify.worker.failure.FailureKind;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.listener.EndedRun;
import sg.aiverify.worker.listener.RunEnd;
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.listener.StageEnd;
import sg.aiverify.worker.listener.internal.RunListeners;
import sg.aiverify.worker.queue.LeaseState;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.queue.memory.InMemoryTaskQueue;
import sg.aiverify.worker.run.RunNote;
import sg.aiverify.worker.stage.Demand;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.task.Task;

/** Tests the events of listeners for each end of a delivery. */
@Timeout(60)
class EngineEventsTest {
    private static final Duration BOUND = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final ScriptedPipeline scripted = new ScriptedPipeline();
    private final InMemoryTaskQueue entries = new InMemoryTaskQueue(Duration.ofSeconds(30));
    private final Heard heard = new Heard();
    private final AtomicBoolean full = new AtomicBoolean();
    /** The state of all leases; null if the queue decides. */
    private final AtomicReference<LeaseState> leases = new AtomicReference<>();

    private final TaskQueue queue = (TaskQueue)
            Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {TaskQueue.class}, this::call);
    private Engine engine;

    @AfterEach
    void close() {
        engine.close();
        entries.close();
    }

    private Object call(Object proxy, Method method, Object[] arguments) throws Throwable {
        LeaseState state = leases.get();
        if (method.getName().equals("extend") && state != null) {
            return ((Collection<?>) arguments[0]).stream().collect(Collectors.toMap(held -> held, held -> state));
        }
        try {
            return method.invoke(entries, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private Engine engine(EngineSettings settings, RunListener... listeners) {
        engine = new Engine(
                scripted.pipeline(directory.resolve("data")),
                settings,
                directory.resolve("runs"),
                ZoneOffset.UTC,
                Secrets.NONE,
                new RunListeners(List.of(listeners)),
                ScriptedPipeline.HASTE,
                full::get);
        return engine;
    }

    private void start(int attempts) {
        engine(new EngineSettings(1, attempts, Map.of()), heard).start(queue);
    }

    private Task submit() {
        Task task = scripted.task("{}");
        entries.submit(task.toJson());
        return task;
    }

    private EndedRun end() {
        await().atMost(BOUND).until(() -> !heard.ends.isEmpty());
        return heard.ends.get(0);
    }

    private void algorithmRaises() {
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            throw new TaskFailedException("the algorithm raised");
        });
    }

    @Test
    void listenersSeeARunThatSucceedsFromItsDeliveryToItsEnd() {
        Task task = submit();
        start(1);

        EndedRun end = end();

        assertThat(end.run()).isEqualTo(task.id());
        assertThat(end.attempt()).isEqualTo(1);
        assertThat(end.end()).isEqualTo(RunEnd.SUCCEEDED);
        assertThat(end.failure()).isNull();
        assertThat(end.deadLetter()).isFalse();
        assertThat(end.took()).isPositive();
        assertThat(heard.events)
                .containsExactly(
                        "received 1",
                        "download begins",
                        "download SUCCEEDED",
                        "pipeline_build begins",
                        "pipeline_build SUCCEEDED",
                        "validate_input begins",
                        "validate_input SUCCEEDED",
                        "pipeline_execute begins",
                        "pipeline_execute SUCCEEDED",
                        "upload begins",
                        "upload SUCCEEDED");
    }

    @Test
    void listenersSeeTheFailureOfARunAndItsReport() {
        algorithmRaises();
        submit();
        start(1);

        EndedRun end = end();

        assertThat(end.end()).isEqualTo(RunEnd.FAILED);
        assertThat(end.failure()).isNotNull();
        assertThat(end.failure().text()).isEqualTo("pipeline_execute: the algorithm raised");
        assertThat(heard.events)
                .endsWith("pipeline_execute FAILED", "pipeline_error begins", "pipeline_error SUCCEEDED");
    }

    @Test
    void listenersSeeTheNotesOfARunWhileItRuns() {
        CountDownLatch heardOf = new CountDownLatch(3);
        List<String> notes = new CopyOnWriteArrayList<>();
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            run.note(RunNote.step("building"));
            run.note(RunNote.output("hello"));
            run.note(RunNote.warning("odd data"));
            heardOf.await();
        });
        Task task = submit();
        engine(new EngineSettings(1, 1, Map.of()), heard, new RunListener() {
                    @Override
                    public void noted(String run, RunNote note) {
                        notes.add(run + " " + note.kind() + " " + note.text());
                        heardOf.countDown();
                    }
                })
                .start(queue);

        assertThat(end().end()).isEqualTo(RunEnd.SUCCEEDED);
        assertThat(notes)
                .containsExactly(
                        task.id() + " STEP building", task.id() + " OUTPUT hello", task.id() + " WARNING odd data");
    }

    @Test
    void aStageThatTakesTooLongTimesOutAndSoDoesItsRun() {
        scripted.at(Stage.PIPELINE_EXECUTE, run -> new CountDownLatch(1).await());
        submit();
        engine(new EngineSettings(1, 1, Map.of(Stage.PIPELINE_EXECUTE, Duration.ofMillis(100))), heard)
                .start(queue);

        assertThat(end().end()).isEqualTo(RunEnd.TIMED_OUT);
        assertThat(heard.events).contains("pipeline_execute TIMED_OUT");
    }

    @Test
    void aRetriedAttemptAndTheLastOneHaveDifferentEnds() {
        scripted.at(Stage.DOWNLOAD, run -> {
            throw new InfrastructureException("a hiccup");
        });
        submit();
        start(2);

        await().atMost(BOUND).until(() -> heard.ends.size() == 2);

        assertThat(heard.ends)
                .extracting(EndedRun::attempt, EndedRun::end, EndedRun::deadLetter)
                .containsExactly(tuple(1, RunEnd.RETRIED, false), tuple(2, RunEnd.GIVEN_UP, true));
        assertThat(heard.ends)
                .allSatisfy(end -> assertThat(end.failure().kind()).isEqualTo(FailureKind.INFRASTRUCTURE));
    }

    @Test
    void anInvalidTaskIsNamedByItsEntry() {
        String entry = entries.submit("no task");
        start(1);

        EndedRun end = end();

        assertThat(end.run()).isEqualTo(entry);
        assertThat(end.end()).isEqualTo(RunEnd.INVALID);
        assertThat(end.deadLetter()).isTrue();
    }

    @Test
    void anErrorThatTheModuleCannotReportIsUnreported() {
        algorithmRaises();
        scripted.reporting = runId -> {
            throw new IllegalStateException("bug in the error module");
        };
        submit();
        start(1);

        EndedRun end = end();

        assertThat(end.end()).isEqualTo(RunEnd.UNREPORTED);
        assertThat(end.deadLetter()).isTrue();
        assertThat(heard.events).contains("pipeline_error FAILED");
    }

    @Test
    void anInvalidTaskWhoseStatusRequestFailsIsRetried() {
        scripted.demand = runId -> {
            throw new InfrastructureException("no response");
        };
        String id = scripted.task("{}").id();
        entries.submit("{\"id\": \"" + id + "\"}");
        start(1);

        EndedRun end = end();

        assertThat(end.run()).isEqualTo(id);
        assertThat(end.end()).isEqualTo(RunEnd.RETRIED);
        assertThat(end.failure().text()).isEqualTo("worker: The run ended unexpectedly: no response");
    }

    @Test
    void anErrorThatNoUserWaitsForIsNotNeeded() {
        algorithmRaises();
        scripted.errorsAccepted = false;
        submit();
        start(1);

        EndedRun end = end();

        assertThat(end.end()).isEqualTo(RunEnd.SKIPPED);
        assertThat(end.deadLetter()).isFalse();
    }

    @Test
    void aRunThatIsCancelledWhileItsErrorIsReportedIsCancelled() {
        algorithmRaises();
        scripted.reporting = runId -> {
            scripted.demand = id -> Demand.NOT_NEEDED;
            leases.set(LeaseState.DELETED);
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                throw new RunCancelledException("stopped");
            }
        };
        submit();
        start(1);

        assertThat(end().end()).isEqualTo(RunEnd.CANCELLED);
        assertThat(scripted.errors).isEmpty();
    }

    private static Demand respondWhenInterrupted(Supplier<Demand> response) {
        try {
            new CountDownLatch(1).await();
            throw new AssertionError("not interrupted");
        } catch (InterruptedException e) {
            return response.get();
        }
    }

    @Test
    void aStatusRequestBeforeTheReportThatExceedsItsLimitSpendsAnAttempt() {
        AtomicInteger requests = new AtomicInteger();
        scripted.demand = runId -> requests.incrementAndGet() > 2
                ? Demand.NEEDED
                : respondWhenInterrupted(() -> {
                    throw new RunCancelledException("stopped");
                });
        String id = scripted.task("{}").id();
        entries.submit("{\"id\": \"" + id + "\"}");
        engine(new EngineSettings(1, 5, Map.of(Stage.UPLOAD, Duration.ofMillis(20))), heard)
                .start(queue);

        await().atMost(BOUND).until(() -> heard.ends.size() == 3);

        assertThat(heard.ends)
                .extracting(EndedRun::attempt, EndedRun::end)
                .containsExactly(tuple(1, RunEnd.RETRIED), tuple(2, RunEnd.RETRIED), tuple(3, RunEnd.INVALID));
        assertThat(scripted.errors).hasSize(1);
    }

    @Test
    void aStatusRequestBeforeTheFirstStageThatExceedsItsLimitFailsThatStageAndNamesTheLimit() {
        scripted.demand = runId -> respondWhenInterrupted(() -> {
            throw new RunCancelledException("stopped");
        });
        submit();
        engine(new EngineSettings(1, 1, Map.of(Stage.UPLOAD, Duration.ofMillis(20))), heard)
                .start(queue);

        assertThat(end().end()).isEqualTo(RunEnd.TIMED_OUT);
        assertThat(end().failure().text())
                .isEqualTo("download: a request to the module of the upload stage took longer than 0 seconds and was"
                        + " stopped; the limit is TEWORKER_UPLOAD_TIMEOUT_SECONDS");
        assertThat(heard.events).doesNotContain("download begins");
    }

    @Test
    void aRunThatHasFinishedElsewhereWhileTheWorkerStopsIsNotCancelled() throws Exception {
        CountDownLatch requests = new CountDownLatch(1);
        scripted.demand = runId -> {
            requests.countDown();
            return respondWhenInterrupted(() -> Demand.over("already finished"));
        };
        submit();
        start(1);
        requests.await();

        engine.stop(Duration.ZERO);

        assertThat(end().end()).isEqualTo(RunEnd.SKIPPED);
    }

    @Test
    void aRunThatNoUserWaitsForIsNotNeeded() {
        scripted.demand = runId -> Demand.NOT_NEEDED;
        submit();
        start(1);

        assertThat(end().end()).isEqualTo(RunEnd.SKIPPED);
        assertThat(heard.events).containsExactly("received 1");
    }

    @Test
    void aRunThatIsCancelledWhileItRunsIsCancelled() {
        scripted.progressAccepted = percent -> false;
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            run.progress(10);
            new CountDownLatch(1).await();
        });
        submit();
        start(1);

        assertThat(end().end()).isEqualTo(RunEnd.CANCELLED);
        assertThat(heard.events).contains("pipeline_execute STOPPED");
    }

    @Test
    void aRunWhoseLeaseIsLostEndsAsLeaseLost() {
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            leases.set(LeaseState.LOST);
            new CountDownLatch(1).await();
        });
        submit();
        start(1);

        assertThat(end().end()).isEqualTo(RunEnd.LEASE_LOST);
    }

    @Test
    void aRunThatIsStoppedWithTheWorkerIsHandedBack() throws Exception {
        CountDownLatch runs = new CountDownLatch(1);
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            runs.countDown();
            new CountDownLatch(1).await();
        });
        submit();
        start(1);
        runs.await();

        engine.stop(Duration.ZERO);

        assertThat(end().end()).isEqualTo(RunEnd.HANDED_BACK);
    }

    @Test
    void aRunThatFailsOnAFullDiskIsHandedBackWithItsFailure() {
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            full.set(true);
            throw new TaskFailedException("could not write");
        });
        submit();
        start(1);

        EndedRun end = end();

        assertThat(end.end()).isEqualTo(RunEnd.HANDED_BACK);
        assertThat(end.failure()).isNotNull();
        assertThat(engine.status().diskFull()).isTrue();
    }

    @Test
    void listenersAlsoSeeRunsInProcess() throws Exception {
        engine(new EngineSettings(1, 1, Map.of()), heard);
        engine.run(scripted.task("{}"));
        scripted.demand = runId -> Demand.NOT_NEEDED;
        engine.run(scripted.task("{}"));
        scripted.demand = runId -> Demand.NEEDED;
        algorithmRaises();
        engine.run(scripted.task("{}"));
        scripted.reporting = runId -> {
            throw new IllegalStateException("bug in the error module");
        };
        engine.run(scripted.task("{}"));
        CountDownLatch runs = new CountDownLatch(1);
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            runs.countDown();
            new CountDownLatch(1).await();
        });
        FutureTask<Outcome> stopped = new FutureTask<>(() -> engine.run(scripted.task("{}")));
        new Thread(stopped).start();
        runs.await();
        assertThat(engine.status().running()).isEqualTo(1);
        engine.close();

        assertThatThrownBy(stopped::get).hasCauseInstanceOf(InterruptedException.class);
        assertThat(heard.ends)
                .extracting(EndedRun::end)
                .containsExactly(
                        RunEnd.SUCCEEDED, RunEnd.SKIPPED, RunEnd.FAILED, RunEnd.UNREPORTED, RunEnd.HANDED_BACK);
        assertThat(engine.status().running()).isZero();
    }

    @Test
    void aListenerThatThrowsHurtsNeitherTheRunNorOtherListeners() {
        RunListener broken = new RunListener() {
            @Override
            public void received(String run, int attempt) {
                throw new IllegalStateException("broken");
            }

            @Override
            public void stageBegan(String run, Stage stage) {
                throw new NoClassDefFoundError("broken");
            }

            @Override
            public void stageEnded(String run, Stage stage, StageEnd end, Duration took) {
                throw new StackOverflowError("broken");
            }

            @Override
            public void ended(EndedRun run) {
                throw new AssertionError("broken");
            }
        };
        Task task = submit();
        engine(new EngineSettings(1, 1, Map.of()), broken, new RunListener() {}, heard)
                .start(queue);

        await().atMost(BOUND).until(() -> entries.queued() + entries.pending() == 0);

        assertThat(scripted.uploads).containsExactly(task.id());
        assertThat(heard.events).hasSize(11);
        assertThat(end().end()).isEqualTo(RunEnd.SUCCEEDED);
        assertThat(engine.status().phase()).isEqualTo(WorkerStatus.Phase.RECEIVING);
    }

    private static final class Heard implements RunListener {
        private final List<String> events = new CopyOnWriteArrayList<>();
        private final List<EndedRun> ends = new CopyOnWriteArrayList<>();

        @Override
        public void received(String run, int attempt) {
            events.add("received " + attempt);
        }

        @Override
        public void stageBegan(String run, Stage stage) {
            events.add(stage.wireName() + " begins");
        }

        @Override
        public void stageEnded(String run, Stage stage, StageEnd end, Duration took) {
            assertThat(took).isPositive();
            events.add(stage.wireName() + " " + end);
        }

        @Override
        public void ended(EndedRun run) {
            ends.add(run);
        }
    }
}
