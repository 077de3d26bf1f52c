package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.ScriptedPipeline;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.engine.WorkerStatus.Phase;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.queue.memory.InMemoryTaskQueue;
import sg.aiverify.worker.stage.Stage;

/** Tests the status of a worker in each phase. */
@Timeout(60)
class WorkerStatusTest {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final String PASSWORD = "correct-horse";

    @TempDir
    Path directory;

    private final ScriptedPipeline scripted = new ScriptedPipeline();
    private final InMemoryTaskQueue entries = new InMemoryTaskQueue(Duration.ofSeconds(30));
    private final AtomicReference<RuntimeException> problem = new AtomicReference<>();
    private final TaskQueue queue = (TaskQueue)
            Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {TaskQueue.class}, this::call);
    private Worker worker;

    @AfterEach
    void close() {
        worker.close();
    }

    private Object call(Object proxy, Method method, Object[] arguments) throws Throwable {
        RuntimeException failure = problem.get();
        if (failure != null
                && (method.getName().equals("receive") || method.getName().equals("extend"))) {
            throw failure;
        }
        try {
            return method.invoke(entries, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private void build(int slots) {
        worker = scripted.worker(
                        directory.resolve("data"),
                        Map.of("TEWORKER_CONCURRENCY", "" + slots, "VALKEY_PASSWORD", PASSWORD))
                .queue(queue)
                .build();
    }

    private void start(int slots) {
        build(slots);
        worker.start();
    }

    private void awaitHindrances(String... expected) {
        await().atMost(BOUND)
                .untilAsserted(() -> assertThat(worker.status().hindrances()).containsExactly(expected));
    }

    @Test
    void aWorkerTakesNoTasksBeforeItsStartAndAfterItsEnd() {
        build(3);
        assertThat(worker.status()).isEqualTo(new WorkerStatus(Phase.NEW, 3, 0, 0, false, Map.of()));
        assertThat(worker.status().hindrances()).containsExactly("not started yet");

        worker.close();

        assertThat(worker.status().hindrances()).containsExactly("stopped");
        assertThat(worker.status().isAlive()).isTrue();
    }

    @Test
    void aWorkerWhoseSlotsAreAllBusyHasNoHindrance() {
        CountDownLatch go = new CountDownLatch(1);
        scripted.at(Stage.PIPELINE_EXECUTE, run -> go.await());
        entries.submit(scripted.task("{}").toJson());
        start(1);

        await().atMost(BOUND).until(() -> worker.status().running() == 1);
        awaitHindrances();
        assertThat(worker.status().phase()).isEqualTo(Phase.RECEIVING);
        go.countDown();

        await().atMost(BOUND).until(() -> worker.status().running() == 0);
    }

    @Test
    void anUnavailableQueueIsAHindranceUntilItResponds() {
        problem.set(new ServiceUnavailableException(
                ServiceUnavailableException.QUEUE, "Valkey at u:" + PASSWORD + " cannot be reached", null));
        start(1);

        awaitHindrances("the queue has not responded yet", "queue: Valkey at u:*** cannot be reached");
        problem.set(null);

        awaitHindrances();
        problem.set(new IllegalStateException((String) null));
        awaitHindrances("queue: illegal state");
    }

    @Test
    void eachServiceThatARunWaitsForIsAHindrance() {
        AtomicReference<ServiceUnavailableException> unavailable = new AtomicReference<>(
                new ServiceUnavailableException("gateway", "the gateway cannot be reached", null));
        scripted.at(Stage.DOWNLOAD, run -> {
            ServiceUnavailableException now = unavailable.get();
            if (now != null) {
                throw now;
            }
        });
        entries.submit(scripted.task("{}").toJson());
        entries.submit(scripted.task("{}").toJson());
        start(2);

        awaitHindrances("gateway: the gateway cannot be reached");
        assertThat(new ServiceUnavailableException("x").service()).isEqualTo("other");
        unavailable.set(new ServiceUnavailableException("registry", "the registry cannot be reached", null));
        awaitHindrances("registry: the registry cannot be reached");
        unavailable.set(null);

        awaitHindrances();
        await().atMost(BOUND).until(() -> scripted.uploads.size() == 2);
    }

    @Test
    void aRunThatAwaitsTheReportOfItsErrorHasLeftItsSlot() {
        AtomicBoolean full = new AtomicBoolean(true);
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            throw new TaskFailedException("the algorithm raised");
        });
        scripted.reporting = runId -> {
            if (full.get()) {
                throw new InfrastructureException("the shelf is full");
            }
        };
        entries.submit(scripted.task("{}").toJson());
        start(1);

        await().atMost(BOUND).until(() -> worker.status().awaitingReport() == 1);
        assertThat(worker.status().running()).isZero();
        full.set(false);

        await().atMost(BOUND).until(() -> worker.status().awaitingReport() == 0);
    }

    @Test
    void aWorkerDrainsBeforeItIsStopped() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        scripted.at(Stage.PIPELINE_EXECUTE, run -> go.await());
        entries.submit(scripted.task("{}").toJson());
        start(1);
        await().atMost(BOUND).until(() -> worker.status().running() == 1);
        FutureTask<Void> stop = new FutureTask<>(() -> {
            worker.stop(BOUND);
            return null;
        });
        new Thread(stop).start();

        awaitHindrances("draining: no more tasks are received, 1 in progress");
        assertThat(worker.status().isAlive()).isTrue();
        go.countDown();
        stop.get();

        assertThat(worker.status().phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void aWorkerWhoseThreadHasEndedUnexpectedlyIsNotAlive() {
        start(1);
        awaitHindrances();

        Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("settler-"))
                .forEach(Thread::interrupt);

        awaitHindrances("broken: a part of the worker has ended unexpectedly, see its log");
        assertThat(worker.status().isAlive()).isFalse();
    }

    @Test
    void aFullDiskIsAHindrance() {
        build(1);
        assertThat(new WorkerStatus(Phase.RECEIVING, 1, 0, 0, true, Map.of()).hindrances())
                .containsExactly("the disk of the runs is full");
    }

    @Test
    void aServiceIsNamedOnce() {
        build(1);
        assertThat(WorkerStatus.problem("gateway", "gateway http://g: refused")).isEqualTo("gateway http://g: refused");
        assertThat(WorkerStatus.problem("gateway", "accepts no results: http://g: 500"))
                .isEqualTo("gateway: accepts no results: http://g: 500");
    }
}
