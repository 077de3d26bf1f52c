package sg.aiverify.worker.app.local;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.engine.EngineSettings;
import sg.aiverify.worker.engine.Outcome;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.RunNote;

/** Runs one task on local files. Only {@link #stop} is thread-safe. */
public final class LocalRunner {
    private final LocalWorker.Factory workers;
    private final LongSupplier nanoTime;
    private @Nullable Thread running;
    private boolean stopped;

    /**
     * Creates the runner.
     *
     * @param workers the factory of the worker that runs the task
     * @param nanoTime returns the time in nanoseconds, as {@link System#nanoTime}
     */
    public LocalRunner(LocalWorker.Factory workers, LongSupplier nanoTime) {
        this.workers = Objects.requireNonNull(workers, "workers");
        this.nanoTime = Objects.requireNonNull(nanoTime, "nanoTime");
    }

    /**
     * Runs the task to its end.
     *
     * @param run the run
     * @param output the result archive to write; replaces an old archive when the new one is complete
     * @param settings the worker's settings
     * @param watch shows the run
     * @return the report about the run
     * @throws sg.aiverify.worker.failure.TaskFailedException if the algorithm cannot be used
     * @throws InterruptedException if the thread is interrupted
     */
    public LocalRunReport run(LocalRun run, Path output, Settings settings, LocalWatch watch)
            throws InterruptedException {
        AlgorithmSource algorithm = AlgorithmSource.at(run.algorithm(), settings);
        String task = LocalTask.json(run, algorithm);
        watch.note("Running " + algorithm.gid() + "/" + algorithm.cid() + " from " + FileNames.shown(algorithm.path()));
        watch.progress(0);
        LocalWarnings.of(run, algorithm).forEach(warning -> watch.noted(run.id(), RunNote.warning(warning)));
        LocalDelivery delivery = new LocalDelivery(output, watch::progress);
        long start = nanoTime.getAsLong();
        try (LocalWorker worker = workers.open(
                settings.over(overrides(), "run-once"), LocalProviders.of(run, algorithm, delivery), watch)) {
            watch.started(Duration.ofNanos(nanoTime.getAsLong() - start));
            Outcome outcome = outcome(worker, task);
            Duration took = Duration.ofNanos(nanoTime.getAsLong() - start);
            return new LocalRunReport(outcome, took, delivery.delivered(), watch);
        }
    }

    private static Map<String, String> overrides() {
        Map<String, String> overrides = new HashMap<>(LocalProviders.settings());
        // There is only one run, so the numeric libraries of the algorithm may use all processors.
        overrides.put(EngineSettings.CONCURRENCY.name(), "1");
        return overrides;
    }

    /** Stops the run that is in progress or about to start. Returns at once. */
    public synchronized void stop() {
        stopped = true;
        if (running != null) {
            running.interrupt();
        }
    }

    private Outcome outcome(LocalWorker worker, String task) throws InterruptedException {
        try {
            begin();
            return worker.run(task);
        } catch (TaskFailedException e) {
            throw new TaskFailedException(OptionWords.in(String.valueOf(e.getMessage())), e);
        } catch (InterruptedException e) {
            if (!isStopped()) {
                throw e;
            }
            return new Outcome.Stopped(CancelReason.SHUTDOWN);
        } finally {
            end();
        }
    }

    private synchronized void begin() throws InterruptedException {
        if (stopped) {
            throw new InterruptedException("stopped before the run started");
        }
        running = Thread.currentThread();
    }

    private synchronized boolean isStopped() {
        return stopped;
    }

    private synchronized void end() {
        running = null;
        if (stopped) {
            // Clears the interrupt, since the following cleanup must not be interrupted.
            Thread.interrupted();
        }
    }
}
