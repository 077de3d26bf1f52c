package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.CapturedLog;
import sg.aiverify.worker.ScriptedPipeline;
import sg.aiverify.worker.TurnedTime;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.listener.EndedRun;
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.queue.ReportRight;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.queue.memory.InMemoryTaskQueue;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.stage.Demand;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.task.Task;

/** Tests a queue whose calls fail at times, or whose responses are late. */
@Timeout(60)
class QueueFailureTest {
    private static final Duration BOUND = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final ScriptedPipeline scripted = new ScriptedPipeline();
    private final TurnedTime time = new TurnedTime();
    private final InMemoryTaskQueue entries = new InMemoryTaskQueue(Duration.ofSeconds(30), time);
    /** The errors that the next calls of a method throw. */
    private final Map<String, Queue<Throwable>> failures = new ConcurrentHashMap<>();

    private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();
    private volatile int moreThanRequested;
    /** The number of requests for which another delivery holds the right to report. */
    private final AtomicInteger taken = new AtomicInteger();

    private final AtomicBoolean deaf = new AtomicBoolean();
    private volatile boolean lostAtComplete;
    private volatile boolean lost;
    private final TaskQueue queue = (TaskQueue)
            Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {TaskQueue.class}, this::call);
    private Worker worker;

    @AfterEach
    void close() {
        worker.close();
    }

    private Object call(Object proxy, Method method, Object[] arguments) throws Throwable {
        calls.computeIfAbsent(method.getName(), name -> new AtomicInteger()).incrementAndGet();
        if (lostAtComplete && method.getName().equals("complete")) {
            lostAtComplete = false;
            lost = true;
            awaitMoreCalls(1, "receive", "extend"); // the queue has responded to earlier requests by then
        }
        if (lost && Set.of("receive", "extend", "complete").contains(method.getName())) {
            throw new ServiceUnavailableException(method.getName() + ": no response", null);
        }
        Throwable failure = failures.getOrDefault(method.getName(), new ConcurrentLinkedQueue<>())
                .poll();
        if (failure != null) {
            throw failure;
        }
        if (method.getName().equals("acquireReportRight") && taken.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            return ReportRight.HELD_ELSEWHERE;
        }
        if (method.getName().equals("receive") && deaf.get()) {
            return receiveUninterrupted();
        }
        if (method.getName().equals("receive")) {
            arguments[0] = (Integer) arguments[0] + moreThanRequested;
        }
        try {
            return method.invoke(entries, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** Returns a delivery only after the worker was stopped. */
    private Object receiveUninterrupted() throws InterruptedException {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            deaf.set(false);
        }
        return entries.receive(1, BOUND);
    }

    private void failing(String method, Throwable... with) {
        failures.put(method, new ConcurrentLinkedQueue<>(List.of(with)));
    }

    private int calls(String method) {
        return calls.getOrDefault(method, new AtomicInteger()).get();
    }

    private void awaitMoreCalls(int count, String... methods) {
        Map<String, Integer> before =
                Stream.of(methods).collect(Collectors.toMap(method -> method, method -> calls(method)));
        await().atMost(BOUND)
                .until(() ->
                        before.entrySet().stream().allMatch(call -> calls(call.getKey()) >= call.getValue() + count));
    }

    private Worker start(int slots) {
        return start(slots, ScriptedPipeline.HASTE);
    }

    private Worker start(int slots, Waiting waiting) {
        worker = scripted.worker(directory.resolve("data"), Map.of("TEWORKER_CONCURRENCY", "" + slots))
                .queue(queue)
                .waiting(waiting)
                .build();
        worker.start();
        return worker;
    }

    private Task submit() {
        Task task = scripted.task("{}");
        entries.submit(task.toJson());
        return task;
    }

    private void awaitEmpty() {
        await().atMost(BOUND).untilAsserted(() -> {
            assertThat(entries.queued()).isZero();
            assertThat(entries.pending()).isZero();
        });
    }

    @Test
    void aQueueThatIsUnavailableOrFailsIsRetriedUntilItResponds() {
        failing(
                "receive",
                new ServiceUnavailableException("Valkey cannot be reached", null),
                new IllegalStateException("a bug in the queue"),
                new ServiceUnavailableException("Valkey cannot be reached", null));
        Task task = submit();

        start(1);

        awaitEmpty();
        assertThat(scripted.uploads).containsExactly(task.id());
    }

    @Test
    void anUnavailableQueueIsNotRetriedInATightLoop() {
        ServiceUnavailableException[] unavailable = new ServiceUnavailableException[1000];
        Arrays.fill(unavailable, new ServiceUnavailableException("Valkey cannot be reached", null));
        failing("receive", unavailable);
        List<Duration> pauses = new CopyOnWriteArrayList<>();

        start(1, (reason, planned) -> {
            if (reason == Waiting.Reason.RETRY) {
                pauses.add(planned);
            }
            return ScriptedPipeline.HASTE.lasts(reason, planned);
        });

        await().atMost(BOUND).until(() -> pauses.size() >= 10);
        assertThat(calls("receive")).as("calls without a pause").isLessThanOrEqualTo(pauses.size() + 1);
        assertThat(pauses).allMatch(pause -> pause.compareTo(Duration.ofMillis(250)) >= 0);
        assertThat(List.copyOf(pauses).subList(5, 10))
                .allMatch(pause -> pause.compareTo(Duration.ofSeconds(5)) >= 0)
                .allMatch(pause -> pause.compareTo(Duration.ofSeconds(10)) <= 0);
    }

    @Test
    void aWorkerThatWaitsForItsQueueStopsAtOnce() throws Exception {
        ServiceUnavailableException[] unavailable = new ServiceUnavailableException[100];
        Arrays.fill(unavailable, new ServiceUnavailableException("Valkey cannot be reached", null));
        failing("receive", unavailable);
        start(1, (reason, planned) -> Duration.ofHours(1));
        await().atMost(BOUND).until(() -> calls("receive") > 0);

        worker.stop(Duration.ZERO);

        submit();
        assertThat(calls("receive")).as("the pause lasts an hour").isEqualTo(1);
        assertThat(entries.queued()).isEqualTo(1);
    }

    @Test
    void aFailedSettlementIsRetriedAndDoneOnce() {
        failing(
                "complete",
                new ServiceUnavailableException("Valkey cannot be reached", null),
                new ServiceUnavailableException("Valkey cannot be reached", null));
        Task task = submit();

        start(1);

        awaitEmpty();
        assertThat(calls("complete")).isEqualTo(3);
        assertThat(scripted.uploads).containsExactly(task.id());
    }

    @Test
    void aRunWhoseEndCannotBeHandledReleasesItsLeaseAndBlocksNothing() throws Exception {
        AtomicBoolean failed = new AtomicBoolean();
        RunListener listener = new RunListener() {
            @Override
            public void ended(EndedRun run) {
                failed.set(true);
                throw new InternalError("a fault of the virtual machine");
            }
        };
        worker = scripted.worker(directory.resolve("data"), Map.of("TEWORKER_CONCURRENCY", "1"))
                .queue(queue)
                .waiting(ScriptedPipeline.HASTE)
                .listener(listener)
                .build();
        Task task = submit();
        worker.start();
        await().dontCatchUncaughtExceptions().atMost(BOUND).until(failed::get);

        worker.stop(Duration.ofHours(1)); // waits until no run is in progress

        assertThat(scripted.uploads).containsExactly(task.id());
        time.turn(entries.lease());
        assertThat(entries.receive(1, Duration.ZERO))
                .singleElement()
                .satisfies(again -> assertThat(again.attempt()).isEqualTo(2));
    }

    @Test
    void aMemoryThatIsFullForAMomentDoesNotEndTheSettling() {
        failing("complete", new OutOfMemoryError("Java heap space"));
        // The result of the first run is stored when its task is redelivered.
        scripted.demand = runId -> scripted.uploads.contains(runId) ? Demand.NOT_NEEDED : Demand.NEEDED;
        Task first = submit();

        start(1);

        await().atMost(BOUND).until(() -> calls("complete") == 1);
        Task second = submit(); // not earlier, or the call that fails could settle both
        await().atMost(BOUND).until(() -> calls("complete") >= 2 && entries.pending() == 1);
        time.turn(entries.lease());
        awaitEmpty();
        assertThat(scripted.uploads).containsExactly(first.id(), second.id());
    }

    @Test
    void aRejectedSettlementDoesNotBlockOthersAndHasOneWarning() {
        ServiceUnavailableException[] refused = new ServiceUnavailableException[1000];
        Arrays.fill(
                refused,
                new ServiceUnavailableException("Valkey rejects requests: no permissions to run 'xadd'", null));
        failing("giveUp", refused);
        entries.submit("no task");
        try (CapturedLog log = new CapturedLog(Level.INFO)) {
            start(1);
            String warning = "Could not make a dead letter of 1 run, retrying: Valkey rejects requests: no"
                    + " permissions to run 'xadd'";
            await().atMost(BOUND).until(() -> log.texts(Level.WARN).contains(warning));
            int tries = calls("giveUp");
            await().atMost(BOUND).until(() -> calls("giveUp") >= tries + 5);

            Task task = submit();

            await().atMost(BOUND).until(() -> entries.queued() == 0 && entries.pending() == 1);
            assertThat(scripted.uploads).containsExactly(task.id());
            failures.clear();
            awaitEmpty();
            assertThat(entries.deadLetters()).hasSize(1);
            assertThat(log.texts(Level.WARN)).containsOnlyOnce(warning);
            await().atMost(BOUND)
                    .until(() -> log.texts(Level.INFO).stream()
                            .anyMatch(text -> text.startsWith("All deliveries are settled, after ")));
        }
    }

    @Test
    void anOutageOfTheQueueHasOneWarningAndOneLineAtItsEnd() {
        lostAtComplete = true;
        Task task = submit();
        try (CapturedLog log = new CapturedLog(Level.INFO)) {
            start(1);
            await().atMost(BOUND).until(() -> lost);
            awaitMoreCalls(3, "receive", "extend", "complete");
            assertThat(log.texts(Level.WARN))
                    .singleElement()
                    .asString()
                    .matches("(receive|extend): no response; retrying, runs in progress continue");

            lost = false;

            awaitEmpty();
            await().atMost(BOUND)
                    .until(() -> log.texts(Level.INFO).stream()
                            .anyMatch(text -> text.startsWith("Reconnected to the queue after ")));
            assertThat(scripted.uploads).containsExactly(task.id());
            assertThat(log.texts(Level.WARN)).hasSize(1);
            assertThat(log.texts(Level.INFO)).noneMatch(text -> text.startsWith("All deliveries are settled"));
        }
    }

    @Test
    void leasesThatCannotBeExtendedForAnUnknownReasonStopNoRun() {
        failing("extend", new IllegalStateException("a bug in the queue"), new IllegalStateException("a bug"));
        CountDownLatch extended = new CountDownLatch(1);
        scripted.at(Stage.PIPELINE_EXECUTE, run -> awaitCalls("extend", 3, run, extended));
        Task task = submit();

        start(1);

        awaitEmpty();
        assertThat(scripted.uploads).containsExactly(task.id());
    }

    private void awaitCalls(String method, int count, RunContext run, CountDownLatch done) throws InterruptedException {
        while (calls(method) < count) {
            run.cancellation().sleep(Duration.ofMillis(20));
        }
        done.countDown();
    }

    @Test
    void aQueueThatDeliversMoreThanRequestedLosesNothingAndNoMoreRunAtOnce() {
        moreThanRequested = 3;
        CountDownLatch goOn = new CountDownLatch(1);
        scripted.at(Stage.PIPELINE_EXECUTE, run -> goOn.await());
        List<String> ids = List.of(submit().id(), submit().id(), submit().id(), submit().id());

        start(2);

        await().atMost(BOUND).until(() -> scripted.mostExecuting.get() == 2 && entries.pending() == ids.size());
        int extensions = calls("extend");
        await().atMost(BOUND).until(() -> calls("extend") >= extensions + 10);
        assertThat(scripted.mostExecuting).hasValue(2);
        goOn.countDown();
        awaitEmpty();
        assertThat(scripted.uploads).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(scripted.mostExecuting.get()).isLessThanOrEqualTo(2);
    }

    @Test
    void aTaskThatIsDeliveredWhileTheWorkerStopsIsReturnedWithoutARun() throws Exception {
        deaf.set(true);
        start(1);
        await().atMost(BOUND).until(() -> calls("receive") == 1);
        submit();

        worker.stop(Duration.ofSeconds(5));

        await().atMost(BOUND).untilAsserted(() -> assertThat(calls("handBack")).isEqualTo(1));
        assertThat(entries.queued()).isEqualTo(1);
        assertThat(entries.pending()).isZero();
        assertThat(scripted.uploads).isEmpty();
    }

    @Test
    void aRunThatAnotherDeliveryMayBeReportingWaitsUntilItHasTheRight() {
        taken.set(2);
        Task task = submit();

        start(1);

        awaitEmpty();
        assertThat(taken).hasValue(0);
        assertThat(scripted.uploads).containsExactly(task.id());
    }

    @Test
    void aRunThatAnotherDeliveryHasReportedIsNotReported() {
        taken.set(1);
        scripted.at(Stage.PIPELINE_EXECUTE, run -> scripted.demand = runId -> Demand.NOT_NEEDED);
        submit();

        start(1);

        awaitEmpty();
        assertThat(taken).hasValue(0);
        assertThat(scripted.uploads).isEmpty();
        assertThat(scripted.errors).isEmpty();
    }

    @Test
    void anErrorWhoseLeaseCannotBeCheckedIsReportedByALaterAttemptAndOnce() {
        AtomicBoolean first = new AtomicBoolean(true);
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            if (first.compareAndSet(true, false)) {
                ServiceUnavailableException unavailable =
                        new ServiceUnavailableException("Valkey cannot be reached", null);
                failing("extend", unavailable);
                failing("acquireReportRight", unavailable);
            }
            throw new TaskFailedException("the algorithm raised");
        });
        Task task = submit();

        start(1);

        awaitEmpty();
        assertThat(scripted.uploads).isEmpty();
        assertThat(scripted.errors)
                .singleElement()
                .satisfies(reported -> assertThat(reported.runId()).isEqualTo(task.id()));
    }
}
