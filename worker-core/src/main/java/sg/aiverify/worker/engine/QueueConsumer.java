package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.engine.WorkerStatus.Phase;
import sg.aiverify.worker.failure.internal.Quantity;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.run.internal.DaemonThreads;
import sg.aiverify.worker.stage.UploadModule;

/** Processes the tasks of one queue: starts and stops the threads, and connects the other parts. Thread-safe. */
final class QueueConsumer {
    private static final Logger log = LogManager.getLogger(QueueConsumer.class);
    /** The largest number of threads that request the status of runs whose entry was removed. Idle threads end. */
    private static final int CANCEL_THREADS = 32;

    private final Waiting waiting;
    private final QueueHealth health;
    private final Slots slots;
    private final RunsInProgress runs = new RunsInProgress();
    private final LeaseKeeper leases;
    private final Settler settler;
    private final QueueReceiver receiver;
    private final ExecutorService runThreads = Executors.newCachedThreadPool(DaemonThreads.named("run"));
    private final ScheduledExecutorService leaseTimer =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("leases"));
    /** Separate from the threads that report progress, so that a slow gateway does not delay a cancel. */
    private final ThreadPoolExecutor cancels;

    private final Thread receiving;
    private final Thread settling;
    private volatile boolean stopping;
    private volatile boolean stopped;

    QueueConsumer(
            TaskQueue queue,
            EngineSettings settings,
            AttemptRunnerFactory runners,
            UploadModule upload,
            ServiceBreaker breaker,
            DiskSpace disk,
            Waiting waiting) {
        this.waiting = waiting;
        this.health = new QueueHealth(queue);
        this.cancels = new ThreadPoolExecutor(
                CANCEL_THREADS,
                CANCEL_THREADS,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                DaemonThreads.named("cancels"));
        cancels.allowCoreThreadTimeOut(true);
        this.leases = new LeaseKeeper(queue, runs, new CancelDetector(cancels, upload, waiting), health.leases());
        this.settler = new Settler(queue, waiting, runs, health);
        this.slots = new Slots(settings.concurrency());
        AttemptRunner runner = runners.ofQueue(settler);
        this.receiver = new QueueReceiver(
                queue, slots, runs, settler, runner, runThreads, health.receiver(), breaker, disk, waiting);
        this.receiving = DaemonThreads.named("receiver").newThread(receiver);
        this.settling = DaemonThreads.named("settler").newThread(settler);
    }

    void start() {
        // A timer rejects an interval of zero.
        long millis = Math.max(
                1, waiting.lasts(Waiting.Reason.INTERVAL, leases.interval()).toMillis());
        leaseTimer.scheduleWithFixedDelay(leases, millis, millis, TimeUnit.MILLISECONDS);
        settling.start();
        receiving.start();
    }

    /**
     * Drains the queue's runs: stops receiving tasks, waits for runs to finish, then stops the remaining runs and
     * returns their tasks to the queue. A second call has no effect.
     *
     * @param grace the time that runs have to finish
     */
    void stop(Duration grace) throws InterruptedException {
        if (stopped) {
            return;
        }
        stopping = true;
        receiver.stop();
        receiving.interrupt();
        receiving.join();
        if (runs.count() > 0) {
            log.info(
                    "Waiting up to {} s for {} in progress: {}",
                    grace.toSeconds(),
                    Quantity.of(runs.count(), "run"),
                    runs.names());
        }
        if (!runs.awaitNone(grace)) {
            log.warn("Stopping {} and returning unfinished tasks to the queue", Quantity.of(runs.count(), "run"));
            runs.stopAll(CancelReason.SHUTDOWN);
            if (!runs.awaitNone(Engine.STOPPED_RUNS_WAIT)) {
                log.error(
                        "{} did not stop; the queue redelivers the tasks when their leases expire",
                        Quantity.of(runs.count(), "run"));
            }
        }
        stopped = true;
        leaseTimer.shutdownNow();
        cancels.shutdownNow();
        settling.interrupt();
        runThreads.shutdownNow();
    }

    /** Returns the phase that the consumer is in. */
    Phase phase() {
        if (stopped) {
            return Phase.STOPPED;
        }
        if (!settling.isAlive() || !receiving.isAlive() && !stopping) {
            return stopped ? Phase.STOPPED : Phase.BROKEN;
        }
        if (stopping) {
            return Phase.DRAINING;
        }
        return health.hasResponded() ? Phase.RECEIVING : Phase.STARTING;
    }

    Slots slots() {
        return slots;
    }

    QueueHealth health() {
        return health;
    }
}
