package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.task.Task;
import sg.aiverify.worker.task.TaskParser;

/**
 * One attempt at a run: its delivery, task, stop signal, slot, right to report and current stage. Does no I/O. Used by
 * the run's thread only, except for the stop signal.
 */
final class Attempt {
    private final Delivery delivery;
    private final Optional<String> namedRun;
    private final @Nullable Task task;
    private final String flaw;
    private final boolean queued;
    private final StopSignal stop;
    private final ReportRightCheck reportRight;
    private final Slots.Slot slot;
    private final long start = System.nanoTime();
    private final Map<Stage, Duration> spent = new EnumMap<>(Stage.class);
    private Stage stage = Stage.DOWNLOAD;
    private Stage called = Stage.DOWNLOAD;

    private Attempt(
            Delivery delivery,
            Optional<String> namedRun,
            @Nullable Task task,
            String flaw,
            boolean queued,
            StopSignal stop,
            ReportRightCheck reportRight,
            Slots.Slot slot) {
        this.delivery = delivery;
        this.namedRun = namedRun;
        this.task = task;
        this.flaw = flaw;
        this.queued = queued;
        this.stop = stop;
        this.reportRight = reportRight;
        this.slot = slot;
    }

    /** Creates the attempt for a delivery of a queue. The task in the delivery may be invalid. */
    static Attempt of(Delivery delivery, StopSignal stop, TaskQueue queue, Slots.Slot slot) {
        Optional<String> run = runIdOf(delivery);
        ReportRightCheck right =
                run.isEmpty() ? ReportRightCheck.UNLEASED : new LeasedReportRight(queue, delivery, run.get(), stop);
        try {
            if (delivery.flaw() != null) {
                throw new TaskFailedException(delivery.flaw());
            }
            return new Attempt(delivery, run, TaskParser.parse(delivery.payload()), "", true, stop, right, slot);
        } catch (TaskFailedException e) {
            return new Attempt(delivery, run, null, String.valueOf(e.getMessage()), true, stop, right, slot);
        }
    }

    /** Creates the attempt for a task that is run in process. */
    static Attempt inProcess(Task task, StopSignal stop, Slots.Slot slot) {
        return new Attempt(
                new Delivery(task.id(), 1, ""),
                Optional.of(task.id()),
                task,
                "",
                false,
                stop,
                ReportRightCheck.UNLEASED,
                slot);
    }

    /**
     * Returns the id of the run that a delivery names; empty if it names none. Attempts keep this id in {@link
     * #namedRun}.
     */
    static Optional<String> runIdOf(Delivery delivery) {
        return delivery.flaw() == null ? TaskParser.findId(delivery.payload()) : Optional.empty();
    }

    Delivery delivery() {
        return delivery;
    }

    /** Returns the id of the run; empty if the delivery names none. */
    Optional<String> namedRun() {
        return namedRun;
    }

    /** Returns the id of the run, or the id of the queue's entry if the delivery names no run. */
    String runId() {
        return namedRun.orElse(delivery.id());
    }

    /** Returns whether the task was delivered by a queue. The delivery must then be settled. */
    boolean isQueued() {
        return queued;
    }

    /** Returns whether the delivery contains a valid task. */
    boolean isValid() {
        return task != null;
    }

    /** Returns why the task is invalid; empty if it is valid. */
    String flaw() {
        return flaw;
    }

    /**
     * Returns the task.
     *
     * @throws IllegalStateException if the delivery contains no valid task
     */
    Task task() {
        if (task == null) {
            throw new IllegalStateException("the delivery contains no valid task: " + flaw);
        }
        return task;
    }

    /** Returns the number of this delivery of the task, from 1. */
    int number() {
        return delivery.attempt();
    }

    StopSignal stop() {
        return stop;
    }

    ReportRightCheck reportRight() {
        return reportRight;
    }

    Slots.Slot slot() {
        return slot;
    }

    /** Returns the current stage; the first one if no stage has begun. */
    Stage stage() {
        return stage;
    }

    /** Records that a stage has begun, and that its module is called from now on. */
    void enter(Stage next) {
        stage = next;
        called = next;
    }

    /**
     * Returns the stage whose module is called. Differs from {@link #stage()} while another stage's module is queried.
     */
    Stage called() {
        return called;
    }

    /** Records the stage whose module is called. Returns the stage that was recorded before. */
    Stage call(Stage next) {
        Stage before = called;
        called = next;
        return before;
    }

    /** Adds a duration to the time that the attempt has spent in a stage. */
    void spent(Stage in, Duration took) {
        spent.merge(in, took, Duration::plus);
    }

    /** Returns the duration of the attempt so far. */
    Duration took() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** Describes the duration of the attempt so far and of each stage that has ended. */
    String times() {
        String all = RunLog.seconds(took());
        return spent.isEmpty()
                ? all
                : spent.entrySet().stream()
                        .map(one -> one.getKey().wireName() + " " + RunLog.seconds(one.getValue()))
                        .collect(Collectors.joining(", ", all + " (", ")"));
    }
}
