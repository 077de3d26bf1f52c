package sg.aiverify.worker.engine;

import static org.apiguardian.api.API.Status.INTERNAL;

import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.internal.Secrets;
import sg.aiverify.worker.engine.WorkerStatus.Phase;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.result.internal.ResultWriter;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.run.internal.DaemonThreads;
import sg.aiverify.worker.stage.internal.StageModules;
import sg.aiverify.worker.task.Task;

/** Runs the tasks of a queue, many at once, and tasks that callers submit in process. Thread-safe. */
@API(status = INTERNAL, since = "1.0")
public final class Engine implements AutoCloseable {
    private static final int MESSENGERS = 2;
    /** The longest time to wait until stopped runs have ended. */
    static final Duration STOPPED_RUNS_WAIT = Duration.ofSeconds(15);

    private final StageModules<?> modules;
    private final EngineSettings settings;
    private final Secrets secrets;
    private final DiskSpace disk;
    private final RunDirectories directories;
    private final Waiting waiting;
    private final ServiceBreaker breaker = new ServiceBreaker();
    private final ScheduledExecutorService timer = DaemonThreads.timer("timer", 1);
    private final ScheduledExecutorService messenger = DaemonThreads.timer("messenger", MESSENGERS);
    private final AttemptRunnerFactory runners;
    private final Set<StopSignal> inProcess = Collections.synchronizedSet(new HashSet<>());
    private final Slots unlimited = new Slots(Integer.MAX_VALUE);
    private @Nullable QueueConsumer consumer;
    private volatile boolean closed;

    /**
     * Creates an engine that is not started.
     *
     * @param modules the modules; closed with the engine
     * @param settings the limits of runs
     * @param workRoot the directory in which the runs' work directories are created
     * @param zone the time zone of the times in results
     * @param secrets the texts to mask in failures
     * @param listeners the listeners of runs
     * @param waiting sets the length of pauses
     */
    public Engine(
            StageModules<?> modules,
            EngineSettings settings,
            Path workRoot,
            ZoneId zone,
            Secrets secrets,
            RunListener listeners,
            Waiting waiting) {
        this(modules, settings, workRoot, zone, secrets, listeners, waiting, DiskSpace.of(workRoot));
    }

    /** Creates an engine that reads the free space of a given disk. */
    Engine(
            StageModules<?> modules,
            EngineSettings settings,
            Path workRoot,
            ZoneId zone,
            Secrets secrets,
            RunListener listeners,
            Waiting waiting,
            DiskSpace disk) {
        this.modules = modules;
        this.settings = settings;
        this.secrets = secrets;
        this.disk = disk;
        this.waiting = waiting;
        this.directories = new RunDirectories(workRoot);
        StageCalls calls = new StageCalls(modules, settings, breaker, timer, waiting, listeners);
        ReportTurn turn = new ReportTurn(modules.upload(), calls, waiting);
        AttemptContextFactory contexts = new AttemptContextFactory(
                modules.upload(), settings.concurrency(), directories, listeners, breaker, messenger, waiting);
        StageSequence<?> stages =
                new StageSequence<>(modules, contexts, calls, turn, new ResultWriter(zone), listeners, secrets);
        ErrorReporter errors = new ErrorReporter(modules.error(), calls, turn, waiting);
        this.runners = new AttemptRunnerFactory(settings.maxAttempts(), stages, errors, disk, listeners, secrets);
    }

    /**
     * Starts to receive tasks from a queue and to run them, up to the configured number at once.
     *
     * @param queue the queue; the caller closes it after {@link #stop}
     * @throws IllegalStateException if the engine was started or closed before
     */
    public synchronized void start(TaskQueue queue) {
        requireStartable();
        consumer = new QueueConsumer(queue, settings, runners, modules.upload(), breaker, disk, waiting);
        consumer.start();
    }

    /**
     * Stops receiving tasks, and waits for runs in progress. Then stops the remaining runs and returns their tasks to
     * the queue.
     *
     * @param grace the time that runs in progress have to finish
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public void stop(Duration grace) throws InterruptedException {
        QueueConsumer started;
        synchronized (this) {
            started = consumer;
        }
        if (started != null) {
            started.stop(grace);
        }
    }

    /**
     * Runs one task in the current thread, without retries. If the run fails, reports its error.
     *
     * @param task the task
     * @return the outcome; for a failed run, it includes the reason if the error could not be reported
     * @throws InterruptedException if the run was stopped, because the thread was interrupted or the engine closed
     * @throws IllegalStateException if the engine was closed before
     */
    public Outcome run(Task task) throws InterruptedException {
        requireOpen();
        StopSignal stop = new StopSignal();
        inProcess.add(stop);
        try {
            unlimited.takeOne();
            Slots.Slot slot = unlimited.slot();
            Outcome outcome;
            try {
                outcome = runners.inProcess()
                        .run(Attempt.inProcess(task, stop, slot))
                        .outcome();
            } finally {
                slot.free();
            }
            if (outcome.kind() == Outcome.Kind.STOPPED) {
                throw new InterruptedException("the run was stopped");
            }
            return outcome;
        } finally {
            ended(stop);
        }
    }

    /**
     * Checks that the engine can be started.
     *
     * @throws IllegalStateException if the engine was started or closed before
     */
    public synchronized void requireStartable() {
        requireOpen();
        if (consumer != null) {
            throw new IllegalStateException("the worker was already started; a worker can be started only once");
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the worker is closed");
        }
    }

    /**
     * Returns the engine's status. This is quick, since no request is sent to the queue or to another service.
     *
     * @return the current status
     */
    public WorkerStatus status() {
        QueueConsumer started;
        synchronized (this) {
            started = consumer;
        }
        int inThisProcess = inProcess.size();
        Map<String, String> unavailable = new TreeMap<>(breaker.unavailable());
        if (started == null) {
            Phase phase = closed ? Phase.STOPPED : Phase.NEW;
            return status(phase, inThisProcess, 0, unavailable);
        }
        started.health().problem().ifPresent(wrong -> unavailable.put(ServiceUnavailableException.QUEUE, wrong));
        Slots slots = started.slots();
        return status(started.phase(), inThisProcess + slots.running(), slots.awaitingReport(), unavailable);
    }

    private WorkerStatus status(Phase phase, int running, int awaitingReport, Map<String, String> unavailable) {
        unavailable.replaceAll((service, wrong) -> secrets.masked(wrong));
        return new WorkerStatus(phase, settings.concurrency(), running, awaitingReport, disk.isFull(), unavailable);
    }

    private void ended(StopSignal stop) {
        synchronized (inProcess) {
            inProcess.remove(stop);
            inProcess.notifyAll();
        }
    }

    private void stopInProcess() throws InterruptedException {
        long deadline = System.nanoTime() + STOPPED_RUNS_WAIT.toNanos();
        synchronized (inProcess) {
            List.copyOf(inProcess).forEach(stop -> stop.stop(CancelReason.SHUTDOWN));
            while (!inProcess.isEmpty() && System.nanoTime() < deadline) {
                TimeUnit.NANOSECONDS.timedWait(inProcess, deadline - System.nanoTime());
            }
        }
    }

    /** Stops runs in progress without a grace period, then closes the modules. */
    @Override
    public void close() {
        synchronized (this) { // The lock prevents a start between this line and stop().
            closed = true;
        }
        try {
            stop(Duration.ZERO);
            stopInProcess();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        timer.shutdownNow();
        messenger.shutdownNow();
        modules.close();
        directories.close();
    }
}
