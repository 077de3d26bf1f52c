package sg.aiverify.worker.engine;

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
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.Secrets;
import sg.aiverify.worker.engine.WorkerStatus.Phase;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.ServiceAwayException;
import sg.aiverify.worker.pipeline.Pipeline;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.report.EndedRun;
import sg.aiverify.worker.report.RunEnd;
import sg.aiverify.worker.report.RunListeners;
import sg.aiverify.worker.report.TestRunReporter;
import sg.aiverify.worker.result.ResultWriter;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.task.Task;

/** Runs tasks: those of a queue, many at once, and those handed to it in process. Thread-safe. */
public final class Engine implements AutoCloseable {
    private static final int MESSENGERS = 2;
    private static final Duration STOPPED_RUNS_WAIT = Duration.ofSeconds(15);

    private final Pipeline<?> pipeline;
    private final EngineSettings settings;
    private final Secrets secrets;
    private final DiskSpace disk;
    private final TestRunReporter reporter;
    private final RunListeners listeners;
    private final RunDirectories directories;
    private final Waiting waiting;
    private final ServiceBreaker breaker = new ServiceBreaker();
    private final ScheduledExecutorService timer = EngineThreads.timer("timer", 1);
    private final ScheduledExecutorService messenger = EngineThreads.timer("messenger", MESSENGERS);
    private final RunExecutor<?> executor;
    private final Set<Flight> inProcess = Collections.synchronizedSet(new HashSet<>());
    private @Nullable PullDispatcher dispatcher;
    private volatile boolean closed;

    /**
     * Creates an engine that does nothing yet.
     *
     * @param pipeline the modules that do the work; closed with the engine
     * @param settings limits
     * @param workRoot where runs get their work directories
     * @param reporter who is told what becomes of runs
     * @param zone the time zone of the times in results
     * @param secrets what is masked in failures
     * @param listeners who is told how the engine gets on
     * @param waiting how long pauses last
     */
    public Engine(
            Pipeline<?> pipeline,
            EngineSettings settings,
            Path workRoot,
            TestRunReporter reporter,
            ZoneId zone,
            Secrets secrets,
            RunListeners listeners,
            Waiting waiting) {
        this(pipeline, settings, workRoot, reporter, zone, secrets, listeners, waiting, DiskSpace.of(workRoot));
    }

    /** Creates an engine on a given disk. */
    Engine(
            Pipeline<?> pipeline,
            EngineSettings settings,
            Path workRoot,
            TestRunReporter reporter,
            ZoneId zone,
            Secrets secrets,
            RunListeners listeners,
            Waiting waiting,
            DiskSpace disk) {
        this.pipeline = pipeline;
        this.settings = settings;
        this.secrets = secrets;
        this.reporter = reporter;
        this.listeners = listeners;
        this.disk = disk;
        this.waiting = waiting;
        this.directories = new RunDirectories(workRoot);
        this.executor = new RunExecutor<>(
                pipeline,
                settings,
                directories,
                new ResultWriter(zone),
                reporter,
                new StageRunner(settings, breaker, timer, waiting, listeners),
                messenger,
                secrets,
                waiting);
    }

    /**
     * Starts to take tasks from a queue, at most as many at once as the settings say.
     *
     * @param queue the queue; it stays the caller's to close, after {@link #stop}
     * @throws IllegalStateException if it was started before
     */
    public synchronized void start(TaskQueue queue) {
        if (dispatcher != null) {
            throw new IllegalStateException("the worker was started before; a worker starts once");
        }
        dispatcher =
                new PullDispatcher(queue, executor, settings, reporter, listeners, breaker, disk, secrets, waiting);
        dispatcher.start();
    }

    /**
     * Stops taking tasks, lets runs finish for a while, then stops them and hands their tasks back.
     *
     * @param grace how long runs in progress may go on
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public void stop(Duration grace) throws InterruptedException {
        PullDispatcher started;
        synchronized (this) {
            started = dispatcher;
        }
        if (started != null) {
            started.stop(grace);
        }
    }

    /**
     * Runs one task in this thread, once, and tells its error if it fails.
     *
     * @param task what to run
     * @return how it ended; a failure also says if its error could not be reported
     * @throws InterruptedException if the run was stopped, because the thread was interrupted or the engine closed
     * @throws IllegalStateException if the engine was closed before
     */
    public Outcome run(Task task) throws InterruptedException {
        if (closed) {
            throw new IllegalStateException("the worker is closed");
        }
        Flight flight = new Flight();
        inProcess.add(flight);
        End end = new End(RunEnd.HANDED_BACK, new Outcome.Stopped(CancelReason.SHUTDOWN));
        long start = System.nanoTime();
        try (var context = RunLog.of(task.id())) {
            flight.takeOff();
            listeners.received(task.id(), 1);
            Outcome outcome = executor.execute(task, 1, flight, LeaseCheck.NOT_LEASED);
            end = switch (outcome.kind()) {
                case SUCCEEDED -> {
                    reporter.succeeded(task);
                    yield new End(RunEnd.SUCCEEDED, outcome);
                }
                case FAILED -> {
                    end = new End(RunEnd.UNTOLD, outcome);
                    yield failed(task, ((Outcome.Failed) outcome).failure(), flight);
                }
                case NOT_WANTED -> {
                    reporter.cancelled(task);
                    yield new End(DeliveredRuns.notWanted(flight), outcome);
                }
                case STOPPED -> throw new InterruptedException("the run was stopped");
            };
            return end.outcome;
        } catch (RunCancelledException e) {
            throw (InterruptedException) new InterruptedException(e.getMessage()).initCause(e);
        } finally {
            flight.land();
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            listeners.ended(new EndedRun(task.id(), 1, end.how, end.failure(), false, took));
            landed(flight);
        }
    }

    /** Reports the error of a run in process. Nobody else can: a module that fails is an end like any other. */
    private End failed(Task task, Failure failure, Flight flight) throws InterruptedException {
        Outcome outcome = new Outcome.Failed(failure);
        try {
            if (executor.tellError(task.id(), failure, flight, LeaseCheck.NOT_LEASED, () -> {})) {
                reporter.failed(task, failure);
                return new End(DeliveredRuns.ended(failure), outcome);
            }
            reporter.cancelled(task);
            return new End(RunEnd.NOT_WANTED, outcome);
        } catch (RunExecutor.UntoldException e) {
            String trouble = DeliveredRuns.trouble(e, secrets);
            reporter.unreported(task, failure, trouble);
            return new End(RunEnd.UNTOLD, new Outcome.Failed(failure, trouble));
        }
    }

    /** How a run in process ended. */
    private record End(RunEnd how, Outcome outcome) {
        @Nullable Failure failure() {
            return outcome.kind() == Outcome.Kind.FAILED ? ((Outcome.Failed) outcome).failure() : null;
        }
    }

    /**
     * Tells how the engine is now. Quick: asks neither the queue nor any other service.
     *
     * @return what is known at this moment
     */
    public WorkerStatus status() {
        PullDispatcher started;
        synchronized (this) {
            started = dispatcher;
        }
        int inThisProcess = inProcess.size();
        Map<String, String> away = new TreeMap<>(breaker.away());
        if (started == null) {
            Phase phase = closed ? Phase.STOPPED : Phase.NEW;
            return status(phase, inThisProcess, 0, away);
        }
        started.contact().trouble().ifPresent(told -> away.put(ServiceAwayException.QUEUE, told));
        Slots slots = started.slots();
        return status(started.phase(), inThisProcess + slots.running(), slots.untold(), away);
    }

    private WorkerStatus status(Phase phase, int running, int untold, Map<String, String> away) {
        away.replaceAll((service, told) -> secrets.masked(told));
        return new WorkerStatus(phase, settings.concurrency(), running, untold, disk.isFull(), away);
    }

    private void landed(Flight flight) {
        synchronized (inProcess) {
            inProcess.remove(flight);
            inProcess.notifyAll();
        }
    }

    private void stopInProcess() throws InterruptedException {
        long deadline = System.nanoTime() + STOPPED_RUNS_WAIT.toNanos();
        synchronized (inProcess) {
            List.copyOf(inProcess).forEach(flight -> flight.stop(CancelReason.SHUTDOWN));
            while (!inProcess.isEmpty() && System.nanoTime() < deadline) {
                TimeUnit.NANOSECONDS.timedWait(inProcess, deadline - System.nanoTime());
            }
        }
    }

    /** Ends at once: stops runs in progress, then closes the modules. */
    @Override
    public void close() {
        closed = true;
        try {
            stop(Duration.ZERO);
            stopInProcess();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        timer.shutdownNow();
        messenger.shutdownNow();
        pipeline.close();
        directories.close();
    }
}
