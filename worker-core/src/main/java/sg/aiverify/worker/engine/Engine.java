package sg.aiverify.worker.engine;

import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.logging.log4j.CloseableThreadContext;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.pipeline.Pipeline;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.report.TestRunReporter;
import sg.aiverify.worker.result.ResultWriter;
import sg.aiverify.worker.task.Task;

/** Runs tasks: those of a queue, many at once, and those handed to it in process. Thread-safe. */
public final class Engine implements AutoCloseable {
    private static final int MESSENGERS = 2;

    private final Pipeline<?> pipeline;
    private final EngineSettings settings;
    private final TestRunReporter reporter;
    private final RunDirectories directories;
    private final ServiceBreaker breaker = new ServiceBreaker();
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(EngineThreads.named("timer"));
    private final ScheduledExecutorService messenger =
            Executors.newScheduledThreadPool(MESSENGERS, EngineThreads.named("messenger"));
    private final RunExecutor<?> executor;
    private @Nullable PullDispatcher dispatcher;

    /**
     * Creates an engine that does nothing yet.
     *
     * @param pipeline the modules that do the work; closed with the engine
     * @param settings limits
     * @param workRoot where runs get their work directories
     * @param reporter who is told what becomes of runs
     * @param zone the time zone of the times in results
     */
    public Engine(Pipeline<?> pipeline, EngineSettings settings, Path workRoot, TestRunReporter reporter, ZoneId zone) {
        this.pipeline = pipeline;
        this.settings = settings;
        this.reporter = reporter;
        this.directories = new RunDirectories(workRoot);
        this.executor = new RunExecutor<>(
                pipeline, settings, directories, new ResultWriter(zone), reporter, breaker, timer, messenger);
    }

    /**
     * Starts to take tasks from a queue, at most as many at once as the settings say.
     *
     * @param queue the queue; it stays the caller's to close, after {@link #stop}
     * @throws IllegalStateException if it was started before
     */
    public synchronized void start(TaskQueue queue) {
        if (dispatcher != null) {
            throw new IllegalStateException("the engine was started before");
        }
        dispatcher = new PullDispatcher(queue, executor, settings, reporter, breaker, messenger);
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
     * @return how it ended
     * @throws InterruptedException if the thread is interrupted
     */
    public Outcome run(Task task) throws InterruptedException {
        Flight flight = new Flight();
        flight.takeOff();
        try (var context = CloseableThreadContext.put("run", task.id())) {
            Outcome outcome = executor.execute(task, 1, flight, LeaseCheck.NOT_LEASED);
            if (outcome instanceof Outcome.Succeeded) {
                reporter.succeeded(task);
            } else if (outcome instanceof Outcome.Failed failed) {
                executor.tellError(task.id(), failed.failure(), flight, LeaseCheck.NOT_LEASED);
                reporter.failed(task, failed.failure());
            } else {
                reporter.cancelled(task);
            }
            return outcome;
        } catch (RunCancelledException e) {
            throw (InterruptedException) new InterruptedException(e.getMessage()).initCause(e);
        } finally {
            flight.land();
        }
    }

    /** Ends at once: stops runs in progress, then closes the modules. */
    @Override
    public void close() {
        try {
            stop(Duration.ZERO);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        timer.shutdownNow();
        messenger.shutdownNow();
        pipeline.close();
        directories.close();
    }
}
