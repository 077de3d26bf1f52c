package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.config.Secrets;
import sg.aiverify.worker.engine.WorkerStatus.Phase;
import sg.aiverify.worker.failure.Outage;
import sg.aiverify.worker.failure.Quantity;
import sg.aiverify.worker.failure.ServiceAwayException;
import sg.aiverify.worker.pipeline.Demand;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.report.RunListeners;
import sg.aiverify.worker.report.TestRunReporter;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.Waiting;

/** Takes tasks from a queue, as many at once as there are slots, and settles each when its run has ended. */
final class PullDispatcher {
    private static final Logger log = LogManager.getLogger(PullDispatcher.class);
    private static final Duration RECEIVE_WAIT = Duration.ofSeconds(2);
    /** The wait of a queue that has not answered, or not lately: that it does is to be known soon. */
    private static final Duration FIRST_WAIT = Duration.ofMillis(50);

    private static final Duration STOPPED_RUNS_WAIT = Duration.ofSeconds(15);
    /** Threads that ask the gateway about runs whose entry is gone; there are none while none is. */
    private static final int CANCEL_ASKERS = 32;

    private static final Backoff NOTHING_RECEIVED = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(10));

    private final TaskQueue queue;
    private final RunExecutor<?> executor;
    private final ServiceBreaker breaker;
    private final DiskSpace disk;
    private final Waiting waiting;
    private final LeaseKeeper leases;
    private final Settler settler;
    private final Slots slots;
    private final DeliveredRuns delivered;
    private final QueueContact contact;
    private final Outage fullDisk = new Outage();
    private final ExecutorService runs;
    private final ScheduledExecutorService leaseTimer;
    /** Apart from those who tell progress: a slow gateway must not hide a cancel behind it. */
    private final ThreadPoolExecutor cancels;

    private final Thread receiver;
    private final Thread settling;
    private volatile boolean stopping;
    private volatile boolean stopped;

    PullDispatcher(
            TaskQueue queue,
            RunExecutor<?> executor,
            EngineSettings settings,
            TestRunReporter reporter,
            RunListeners listeners,
            ServiceBreaker breaker,
            DiskSpace disk,
            Secrets secrets,
            Waiting waiting) {
        this.queue = queue;
        this.contact = new QueueContact(queue);
        this.executor = executor;
        this.breaker = breaker;
        this.disk = disk;
        this.waiting = waiting;
        this.cancels = new ThreadPoolExecutor(
                CANCEL_ASKERS,
                CANCEL_ASKERS,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                EngineThreads.named("cancels"));
        cancels.allowCoreThreadTimeOut(true);
        this.leases = new LeaseKeeper(queue, new VanishedRuns(cancels, this::demand, waiting), contact.leases());
        this.settler = new Settler(queue, waiting, leases::remove);
        this.slots = new Slots(settings.concurrency());
        this.delivered =
                new DeliveredRuns(executor, settings, reporter, listeners, disk, secrets, leases, settler, slots);
        this.runs = Executors.newCachedThreadPool(EngineThreads.named("run"));
        this.leaseTimer = Executors.newSingleThreadScheduledExecutor(EngineThreads.named("leases"));
        this.receiver = EngineThreads.named("receiver").newThread(this::receive);
        this.settling = EngineThreads.named("settler").newThread(settler);
    }

    void start() {
        // A timer takes no interval of nothing.
        long millis = Math.max(
                1, waiting.lasts(Waiting.Reason.LOOK, leases.interval()).toMillis());
        leaseTimer.scheduleWithFixedDelay(leases, millis, millis, TimeUnit.MILLISECONDS);
        settling.start();
        receiver.start();
    }

    /**
     * Receives nothing any more, lets runs finish, then stops those that have not and hands their tasks back. Does
     * nothing if that was done before.
     *
     * @param grace how long runs may go on
     */
    void stop(Duration grace) throws InterruptedException {
        if (stopped) {
            return;
        }
        stopping = true;
        receiver.interrupt();
        receiver.join();
        if (leases.count() > 0) {
            log.info("Waiting up to {} s for {} in progress", grace.toSeconds(), Quantity.of(leases.count(), "run"));
        }
        if (!leases.awaitNone(grace)) {
            log.warn("Stopping {} and handing back to the queue what is not done", Quantity.of(leases.count(), "run"));
            leases.stopAll(CancelReason.SHUTDOWN);
            if (!leases.awaitNone(STOPPED_RUNS_WAIT)) {
                log.error(
                        "{} did not stop; the queue delivers again when a lease runs out",
                        Quantity.of(leases.count(), "run"));
            }
        }
        stopped = true;
        leaseTimer.shutdownNow();
        cancels.shutdownNow();
        settling.interrupt();
        runs.shutdownNow();
    }

    /** Tells where the dispatcher is between its start and its end. */
    Phase phase() {
        if (stopped) {
            return Phase.STOPPED;
        }
        if (!settling.isAlive() || !receiver.isAlive() && !stopping) {
            return stopped ? Phase.STOPPED : Phase.BROKEN;
        }
        if (stopping) {
            return Phase.DRAINING;
        }
        return contact.heard() ? Phase.RECEIVING : Phase.STARTING;
    }

    Slots slots() {
        return slots;
    }

    QueueContact contact() {
        return contact;
    }

    private void receive() {
        int failures = 0;
        while (!stopping) {
            int taken = 0;
            try {
                taken = slots.takeAll();
                if (isDiskFull()) {
                    failures++;
                    pause(NOTHING_RECEIVED.delay(failures));
                } else if (breaker.awaitClosed(waiting.lasts(Waiting.Reason.LOOK, RECEIVE_WAIT))) {
                    List<Delivery> deliveries = receive(taken);
                    failures = 0;
                    for (Delivery delivery : deliveries) {
                        if (taken == 0) { // A queue that gives more than it was asked for.
                            slots.takeOne();
                            taken++;
                        }
                        taken--;
                        take(delivery);
                    }
                }
            } catch (InterruptedException e) {
                log.debug("The receiver was interrupted");
            } catch (ServiceAwayException e) {
                failures++;
                pause(NOTHING_RECEIVED.delay(failures));
            } catch (RuntimeException | Error e) {
                failures++;
                log.error("Receiving failed", e);
                pause(NOTHING_RECEIVED.delay(failures));
            } finally {
                slots.release(taken);
            }
        }
    }

    private List<Delivery> receive(int max) throws InterruptedException {
        QueueContact.Line line = contact.receiver();
        try {
            List<Delivery> deliveries =
                    queue.receive(max, waiting.lasts(Waiting.Reason.LOOK, line.isGood() ? RECEIVE_WAIT : FIRST_WAIT));
            line.answered();
            return deliveries;
        } catch (RuntimeException | Error e) {
            line.failed(e);
            throw e;
        }
    }

    private boolean isDiskFull() {
        String full = "The disk that runs work on is full: no tasks are taken until there is space";
        boolean isFull = disk.isFull();
        if (!isFull) {
            fullDisk.end()
                    .ifPresent(lasted -> log.info(
                            "The disk that runs work on has space again after {}: tasks are taken",
                            Flight.seconds(lasted)));
        } else if (fullDisk.isNews(full)) {
            log.warn(full);
        }
        return isFull;
    }

    private void pause(Duration planned) {
        try {
            Thread.sleep(waiting.lasts(Waiting.Reason.RETRY, planned).toMillis());
        } catch (InterruptedException e) {
            log.debug("The receiver was interrupted");
        }
    }

    private void take(Delivery delivery) {
        Flight flight = new Flight();
        if (!leases.add(delivery, flight)) {
            try (var context = RunLog.of(delivery)) {
                log.warn("Delivered again while it is running: the run continues");
            }
            slots.release(1);
        } else if (stopping) {
            slots.release(1);
            flight.land();
            settler.settle(new Settlement.HandBack(delivery));
        } else {
            runs.execute(() -> delivered.run(delivery, flight));
        }
    }

    private Demand demand(Delivery delivery, Cancellation cancellation) throws InterruptedException {
        Optional<String> runId = RunLog.runId(delivery);
        return runId.isEmpty() ? Demand.UNKNOWN : executor.demand(runId.get(), cancellation);
    }
}
