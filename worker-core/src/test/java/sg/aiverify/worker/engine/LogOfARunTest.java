package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.CapturedLog;
import sg.aiverify.worker.ScriptedPipeline;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.listener.EndedRun;
import sg.aiverify.worker.listener.RunEnd;
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.ReportRight;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.queue.memory.InMemoryTaskQueue;
import sg.aiverify.worker.stage.Demand;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.task.Task;

/** Tests the log lines of a run. */
@Timeout(60)
class LogOfARunTest {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final Duration FIRST_TRY = Duration.ofMillis(600);
    private static final Pattern SECONDS = Pattern.compile("\\d+\\.\\d s");

    @TempDir
    Path directory;

    private final CapturedLog log = new CapturedLog(Level.INFO);
    private final ScriptedPipeline scripted = new ScriptedPipeline();
    private final InMemoryTaskQueue entries = new InMemoryTaskQueue(Duration.ofSeconds(30));
    private final List<EndedRun> ends = new CopyOnWriteArrayList<>();
    /** The flaws of the next entries. */
    private final Queue<String> flaws = new ArrayDeque<>();

    private final TaskQueue queue = (TaskQueue)
            Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {TaskQueue.class}, this::call);
    private Worker worker;
    private volatile boolean othersEntries;
    private volatile ReportRight reportRight;
    private String entry;
    private String lastLine;

    @AfterEach
    void close() {
        worker.close();
        entries.close();
        log.close();
    }

    private Object call(Object proxy, Method method, Object[] arguments) throws Throwable {
        try {
            Object response = method.invoke(entries, arguments);
            if (reportRight != null && method.getName().equals("acquireReportRight")) {
                return reportRight;
            }
            if (othersEntries && method.getName().equals("complete")) {
                return Set.of();
            }
            return method.getName().equals("receive")
                    ? ((List<?>) response)
                            .stream().map(each -> flawed((Delivery) each)).toList()
                    : response;
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private Delivery flawed(Delivery delivery) {
        return new Delivery(delivery.id(), delivery.attempt(), delivery.payload(), flaws.poll());
    }

    private void start(int attempts) {
        worker = scripted.worker(
                        directory.resolve("data"),
                        Map.of("TEWORKER_CONCURRENCY", "1", "TEWORKER_MAX_ATTEMPTS", "" + attempts))
                .queue(queue)
                .listener(new RunListener() {
                    @Override
                    public void ended(EndedRun run) {
                        ends.add(run);
                    }
                })
                .build();
        worker.start();
    }

    private void awaitEmpty() {
        await().atMost(BOUND).until(() -> entries.queued() + entries.pending() == 0);
    }

    /** Returns the lines of a run, with T in place of each duration. */
    private List<String> linesOf(String run) {
        assertThat(log.lines).noneMatch(line -> line.text().contains(run));
        return log.lines.stream()
                .filter(line -> line.run().equals(run))
                .map(line -> line.level() + " " + SECONDS.matcher(line.text()).replaceAll("T"))
                .toList();
    }

    private String submit() {
        Task task = scripted.task("{}");
        entry = entries.submit(task.toJson());
        return task.id();
    }

    @Test
    void aQuickSuccessfulRunHasTwoLines() {
        String run = submit();
        start(5);
        awaitEmpty();

        assertThat(linesOf(run))
                .containsExactly(
                        "INFO Received: test.plugin/test_algorithm, attempt 1 of 5",
                        "INFO Succeeded after T (download T, pipeline_build T, validate_input T, pipeline_execute T,"
                                + " upload T)");
    }

    @Test
    void aRunWhoseEntryAnotherWorkerHasTakenOverSaysThatNothingIsLost() {
        othersEntries = true;
        String run = submit();
        start(5);

        await().atMost(BOUND)
                .untilAsserted(() -> assertThat(linesOf(run))
                        .last()
                        .isEqualTo("WARN Could not remove the queue's entry of this run: another worker has"
                                + " taken over the run, or the entry was removed; nothing is lost: a finished"
                                + " run is skipped if its entry is redelivered"));
    }

    @Test
    void aRunThatIsTriedAgainSaysWhenAndOneThatIsGivenUpThatItIsADeadLetter() {
        scripted.at(Stage.DOWNLOAD, run -> {
            throw new InfrastructureException("a hiccup");
        });
        String run = submit();
        start(2);
        awaitEmpty();

        assertThat(linesOf(run))
                .containsExactly(
                        "INFO Received: test.plugin/test_algorithm, attempt 1 of 2",
                        "WARN Attempt 1 of 2 failed after T (download T), the next follows in T: download: a hiccup",
                        "INFO Received: test.plugin/test_algorithm, attempt 2 of 2",
                        "WARN Failed at attempt 2 of 2 after T (download T): download: a hiccup",
                        "WARN Dead letter in memory, of the kind INFRASTRUCTURE, from the queue entry " + entry);
    }

    @Test
    void aRunInProcessHasTheSameLinesAndNoneOfADeliveryThatItIsNot() throws InterruptedException {
        start(5);
        Task well = scripted.task("{}");
        worker.run(well);
        scripted.at(Stage.DOWNLOAD, run -> {
            throw new InfrastructureException("a hiccup");
        });
        Task failing = scripted.task("{}");
        worker.run(failing);
        scripted.at(Stage.DOWNLOAD, run -> {
            Thread.currentThread().interrupt();
            run.cancellation().sleep(BOUND);
        });
        Task stopped = scripted.task("{}");
        assertThatThrownBy(() -> worker.run(stopped)).isInstanceOf(InterruptedException.class);

        String taken = "INFO Received: test.plugin/test_algorithm, attempt 1 of 1";
        assertThat(linesOf(well.id()))
                .containsExactly(
                        taken,
                        "INFO Succeeded after T (download T, pipeline_build T, validate_input T, pipeline_execute T,"
                                + " upload T)");
        assertThat(linesOf(failing.id()))
                .containsExactly(taken, "WARN Failed after T (download T): download: a hiccup");
        assertThat(linesOf(stopped.id()))
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo(taken),
                        line -> assertThat(line).startsWith("INFO Stopped after T"));
    }

    @Test
    void aWorkerThatStartsSaysItsNameAndThatItIsReadyOnce() {
        start(5);
        submit();
        awaitEmpty();

        assertThat(log.texts(Level.INFO))
                .filteredOn(text -> text.startsWith("This is the worker") || text.startsWith("Ready"))
                .containsExactly("This is the worker " + worker.name(), "Ready: receiving tasks from the queue");
    }

    @Test
    void aRunThatHasFinishedBeforeItBeginsIsSkippedAndSaysWhy() {
        scripted.demand = id -> Demand.over("already finished");
        String run = submit();
        start(5);
        awaitEmpty();

        assertThat(linesOf(run)).last().isEqualTo("INFO Skipped after T: already finished");
    }

    @Test
    void anOutageOfAServiceHasOneLineAtItsStartAndOneAtItsEnd() {
        AtomicInteger tries = new AtomicInteger();
        scripted.at(Stage.DOWNLOAD, run -> {
            if (tries.incrementAndGet() <= 20) {
                throw new ServiceUnavailableException("gateway", "gateway http://g:4000: refused", null);
            }
        });
        String run = submit();
        start(5);
        awaitEmpty();

        assertThat(linesOf(run))
                .hasSize(4)
                .contains(
                        "WARN gateway http://g:4000: refused; the run waits, retrying the download stage",
                        "INFO The service is available again after T, the run continues;"
                                + " the failure was: gateway http://g:4000: refused");
    }

    @Test
    void aRepeatedStatusRequestIsNoStageAndTheOutageLastsSinceTheFirstFailure() {
        Queue<Duration> lasted = new ArrayDeque<>(List.of(Duration.ofHours(1)));
        scripted.demand = id -> {
            Duration before = lasted.poll();
            if (before != null) {
                throw new ServiceUnavailableException("gateway", "gateway http://g:4000: refused", null, before);
            }
            return Demand.NEEDED;
        };
        String run = submit();
        start(5);
        awaitEmpty();

        assertThat(linesOf(run).get(1))
                .isEqualTo("WARN gateway http://g:4000: refused; the run waits, retrying"
                        + " the request for the run's status");
        assertThat(log.lines)
                .extracting(CapturedLog.Line::text)
                .anyMatch(line -> line.startsWith("The service is available again after 36"));
    }

    private void runIsNotNeededWhileItRuns(Supplier<Demand> then) {
        scripted.progressAccepted = percent -> false;
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            scripted.demand = id -> then.get();
            run.progress(10);
            run.cancellation().sleep(BOUND);
        });
        String run = submit();
        start(5);
        awaitEmpty();
        lastLine = linesOf(run).stream().reduce((before, last) -> last).orElseThrow();
    }

    @Test
    void aRunThatIsCancelledWhileItRunsSaysSo() {
        runIsNotNeededWhileItRuns(() -> Demand.CANCELLED);

        assertThat(lastLine).startsWith("INFO Cancelled after T").endsWith(": cancelled while it ran");
        assertThat(ends).extracting(EndedRun::end).containsExactly(RunEnd.CANCELLED);
    }

    @Test
    void theLogCallsARunCancelledIfTheReasonCannotBeRequested() {
        runIsNotNeededWhileItRuns(() -> {
            throw new InfrastructureException("no response");
        });

        assertThat(lastLine).startsWith("INFO Cancelled after T").endsWith(": cancelled while it ran");
    }

    @Test
    void aRunThatAnotherDeliveryFinishesWhileItRunsIsSkippedAndNotCancelled() {
        runIsNotNeededWhileItRuns(() -> Demand.over("already finished"));

        assertThat(lastLine).startsWith("INFO Skipped after T").endsWith(": already finished");
        assertThat(ends).extracting(EndedRun::end).containsExactly(RunEnd.SKIPPED);
    }

    @Test
    void theLogExplainsWhyAResultIsNotAccepted() {
        scripted.uploadAccepted = false;
        Map<Supplier<Demand>, String> ends = new LinkedHashMap<>();
        ends.put(() -> Demand.CANCELLED, "INFO Cancelled after T: cancelled while it ran");
        ends.put(() -> Demand.over("already finished"), "INFO Skipped after T: already finished");
        ends.put(() -> Demand.NEEDED, "INFO Skipped after T: not accepted, for an unknown reason");
        ends.put(
                () -> {
                    throw new InfrastructureException("no response");
                },
                "INFO Skipped after T: not accepted, for an unknown reason");
        start(5);
        ends.forEach((response, line) -> {
            scripted.demand = id -> Demand.NEEDED;
            scripted.at(Stage.UPLOAD, run -> scripted.demand = id -> response.get());
            String run = submit();
            awaitEmpty();

            assertThat(linesOf(run).get(1).replaceAll(" \\(.*\\)", "")).isEqualTo(line);
        });
        assertThat(this.ends)
                .extracting(EndedRun::end)
                .containsExactly(RunEnd.CANCELLED, RunEnd.SKIPPED, RunEnd.SKIPPED, RunEnd.SKIPPED);
    }

    private void failsAndItsErrorIsNotTaken(Demand then) {
        scripted.errorsAccepted = false;
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            scripted.demand = id -> then;
            throw new TaskFailedException("the algorithm raised");
        });
    }

    @Test
    void theLogExplainsWhyAnErrorIsNotAccepted() {
        failsAndItsErrorIsNotTaken(Demand.CANCELLED);
        String run = submit();
        start(5);
        awaitEmpty();

        assertThat(linesOf(run).subList(1, 3))
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("WARN Failed after T"),
                        line -> assertThat(line).isEqualTo("INFO The error is not reported: cancelled while it ran"));
        assertThat(ends).extracting(EndedRun::end).containsExactly(RunEnd.CANCELLED);
    }

    @Test
    void anErrorOfARunThatAnotherDeliveryReportsIsNoFailure() {
        reportRight = ReportRight.HELD_ELSEWHERE;
        failsAndItsErrorIsNotTaken(Demand.over("already finished"));
        String run = submit();
        start(5);
        awaitEmpty();

        assertThat(linesOf(run).subList(1, 3))
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("INFO Another delivery of the run is about to report"),
                        line -> assertThat(line)
                                .startsWith("INFO Skipped after T")
                                .endsWith(": already finished; this error is not reported: pipeline_execute: the"
                                        + " algorithm raised"));
        assertThat(ends).extracting(EndedRun::end).containsExactly(RunEnd.SKIPPED);
    }

    @Test
    void aRunWhoseLeaseIsLostBeforeItsReportHasNotFailed() {
        reportRight = ReportRight.LOST;
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            throw new TaskFailedException("the algorithm raised");
        });
        String run = submit();
        start(5);
        await().atMost(BOUND).until(() -> !ends.isEmpty());

        assertThat(linesOf(run))
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("INFO Received"),
                        line -> assertThat(line).isEqualTo("WARN The run's lease is lost: nothing is reported"),
                        line -> assertThat(line)
                                .startsWith("INFO Stopped after T")
                                .endsWith(", since another worker may have taken over the run"));
    }

    @Test
    void anInvalidTaskOfAFinishedRunIsNotReported() {
        scripted.demand = id -> Demand.over("already finished");
        entries.submit("{\"id\":\"2B5C9D1E3F4A4B6C8D7E9F0A1B2C3D4E\",\"mode\":\"api\"}");
        start(5);
        awaitEmpty();

        assertThat(linesOf("2b5c9d1e-3f4a-4b6c-8d7e-9f0a1b2c3d4e"))
                .first()
                .asString()
                .endsWith("; not reported to the gateway: already finished");
    }

    @Test
    void aStopLogsTheRunsThatItWaitsFor() {
        CountDownLatch runs = new CountDownLatch(1);
        CountDownLatch stops = new CountDownLatch(1);
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            runs.countDown();
            stops.await();
        });
        String run = submit();
        start(5);
        Thread stopping = new Thread(() -> worker.close());
        await().atMost(BOUND).until(() -> runs.getCount() == 0);
        stopping.start();

        await().atMost(BOUND)
                .untilAsserted(() -> assertThat(log.texts(Level.INFO))
                        .anyMatch(line ->
                                line.startsWith("Waiting up to") && line.endsWith("1 run in progress: " + run)));
        stops.countDown();
        await().atMost(BOUND).until(() -> !stopping.isAlive());
    }

    @Test
    void aWorkerThatWasStartedSaysOnceThatItHasStopped() {
        start(5);
        worker.close();
        worker.close();

        assertThat(log.texts(Level.INFO)).endsWith("Stopped").containsOnlyOnce("Stopped");
    }

    @Test
    void aTaskThatIsInvalidIsCalledSoOnceAndItsRunHasTheIdThatTheGatewayShows() {
        entry = entries.submit("{\"id\":\"2B5C9D1E3F4A4B6C8D7E9F0A1B2C3D4E\",\"mode\":\"api\"}");
        start(5);
        awaitEmpty();

        assertThat(linesOf("2b5c9d1e-3f4a-4b6c-8d7e-9f0a1b2c3d4e"))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .startsWith("WARN The task is invalid: mode 'api'")
                                .endsWith("; reported to the gateway"),
                        line -> assertThat(line).endsWith(", of the kind TASK, from the queue entry " + entry));
        assertThat(ends).extracting(EndedRun::run).containsExactly("2b5c9d1e-3f4a-4b6c-8d7e-9f0a1b2c3d4e");
    }

    @Test
    void anErrorThatCannotBeReportedForAWhileHasOneLineThenAndOneAtItsReport() {
        AtomicInteger tries = new AtomicInteger();
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            throw new TaskFailedException("the algorithm raised");
        });
        long start = System.nanoTime();
        scripted.reporting = id -> {
            if (tries.incrementAndGet() == 1) {
                await().until(() -> System.nanoTime() - start > FIRST_TRY.toNanos());
            }
            if (tries.get() <= 20) {
                throw new InfrastructureException("the shelf is full");
            }
        };
        String run = submit();
        start(5);
        awaitEmpty();

        assertThat(linesOf(run).subList(2, 4))
                .containsExactly(
                        "WARN Could not report the error yet, retrying: the shelf is full",
                        "INFO Reported the error, after T");
        assertThat(log.texts(Level.INFO))
                .as("the duration of the first try counts")
                .noneMatch(line -> line.matches("Reported the error, after 0\\.[0-4] s"));
    }

    @Test
    void anEntryWithoutATaskIsOneUnreportedDeadLetterThoughItNamesARun() {
        flaws.add("the entry has no field 'task'; its fields are id");
        AtomicInteger requests = new AtomicInteger();
        scripted.demand = id -> {
            requests.incrementAndGet();
            return Demand.NEEDED;
        };
        String entry = entries.submit("{\"id\":\"2b5c9d1e-3f4a-4b6c-8d7e-9f0a1b2c3d4e\"}");
        start(5);
        awaitEmpty();

        assertThat(requests).hasValue(0);
        assertThat(scripted.errors).isEmpty();
        assertThat(ends).singleElement().satisfies(end -> {
            assertThat(end.run()).isEqualTo(entry);
            assertThat(end.end()).isEqualTo(RunEnd.INVALID);
            assertThat(end.deadLetter()).isTrue();
        });
        assertThat(entries.deadLetters()).hasSize(1);
        assertThat(log.lines)
                .filteredOn(line -> line.run().equals(entry))
                .extracting(CapturedLog.Line::text)
                .containsExactly(
                        "Not a valid task: the entry has no field 'task'; its fields are id;"
                                + " not reported: the entry names no run",
                        "Dead letter in memory, of the kind TASK");
    }
}
