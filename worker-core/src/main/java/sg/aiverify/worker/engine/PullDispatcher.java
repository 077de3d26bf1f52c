package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.CloseableThreadContext;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.config.Secrets;
import sg.aiverify.worker.engine.RunExecutor.UntoldException;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.failure.FailureKind;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.ServiceAwayException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipeline.Demand;
import sg.aiverify.worker.queue.DeadLetter;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.Retry;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.report.TestRunReporter;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.task.Task;
import sg.aiverify.worker.task.TaskParser;

/** Takes tasks from a queue, as many at once as there are slots, and settles each when its run has ended. */
final class PullDispatcher {
    private static final Logger log = LogManager.getLogger(PullDispatcher.class);
    private static final Duration RECEIVE_WAIT = Duration.ofSeconds(2);
    private static final Duration STOPPED_RUNS_WAIT = Duration.ofSeconds(15);
    /** How many runs may wait with an error that cannot be told before they keep new runs out. */
    private static final int UNTOLD_RUNS = 64;
    /** Threads that ask the gateway about runs whose entry is gone; there are none while none is. */
    private static final int CANCEL_ASKERS = 32;

    private static final Backoff NOTHING_RECEIVED = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(10));
    private static final Backoff RUN_RETRY = new Backoff(Duration.ofSeconds(2), Duration.ofMinutes(5));

    private final TaskQueue queue;
    private final RunExecutor<?> executor;
    private final EngineSettings settings;
    private final TestRunReporter reporter;
    private final Secrets secrets;
    private final ServiceBreaker breaker;
    private final DiskSpace disk;
    private final LeaseKeeper leases;
    private final Settler settler;
    private final Semaphore slots;
    private final Semaphore untold = new Semaphore(UNTOLD_RUNS);
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
            ServiceBreaker breaker,
            DiskSpace disk,
            Secrets secrets) {
        this.queue = queue;
        this.executor = executor;
        this.settings = settings;
        this.reporter = reporter;
        this.secrets = secrets;
        this.breaker = breaker;
        this.disk = disk;
        this.cancels = new ThreadPoolExecutor(
                CANCEL_ASKERS,
                CANCEL_ASKERS,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                EngineThreads.named("cancels"));
        cancels.allowCoreThreadTimeOut(true);
        this.leases = new LeaseKeeper(queue, new VanishedRuns(cancels, this::demand));
        this.settler = new Settler(queue, leases::remove);
        this.slots = new Semaphore(settings.concurrency());
        this.runs = Executors.newCachedThreadPool(EngineThreads.named("run"));
        this.leaseTimer = Executors.newSingleThreadScheduledExecutor(EngineThreads.named("leases"));
        this.receiver = EngineThreads.named("receiver").newThread(this::receive);
        this.settling = EngineThreads.named("settler").newThread(settler);
    }

    void start() {
        long millis = leases.interval().toMillis();
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
            log.info("Waiting up to {} s for {} runs in progress", grace.toSeconds(), leases.count());
        }
        if (!leases.awaitNone(grace)) {
            log.warn("Stopping {} runs and handing their tasks back", leases.count());
            leases.stopAll(CancelReason.SHUTDOWN);
            if (!leases.awaitNone(STOPPED_RUNS_WAIT)) {
                log.error("{} runs did not stop; their tasks come back when the lease runs out", leases.count());
            }
        }
        leaseTimer.shutdownNow();
        cancels.shutdownNow();
        settling.interrupt();
        runs.shutdownNow();
        stopped = true;
    }

    private void receive() {
        int failures = 0;
        while (!stopping) {
            int taken = 0;
            try {
                taken = takeSlots();
                if (disk.isFull()) {
                    throw new ServiceAwayException("The disk that runs work on is full");
                }
                if (breaker.awaitClosed(RECEIVE_WAIT)) {
                    List<Delivery> deliveries = queue.receive(taken, RECEIVE_WAIT);
                    failures = 0;
                    for (Delivery delivery : deliveries) {
                        if (taken == 0) { // A queue that gives more than it was asked for.
                            slots.acquire();
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
                pause(NOTHING_RECEIVED.delay(failures), e.getMessage());
            } catch (RuntimeException | Error e) {
                failures++;
                log.error("Receiving failed", e);
                pause(NOTHING_RECEIVED.delay(failures), e.toString());
            } finally {
                slots.release(taken);
            }
        }
    }

    private int takeSlots() throws InterruptedException {
        slots.acquire();
        return 1 + slots.drainPermits();
    }

    private void pause(Duration delay, String why) {
        log.warn("{}; receiving again in {} ms", why, delay.toMillis());
        try {
            Thread.sleep(delay.toMillis());
        } catch (InterruptedException e) {
            log.debug("The receiver was interrupted");
        }
    }

    private void take(Delivery delivery) {
        Flight flight = new Flight();
        leases.add(delivery, flight);
        if (stopping) {
            slots.release();
            settler.settle(new Settlement.HandBack(delivery));
        } else {
            runs.execute(() -> fly(delivery, flight));
        }
    }

    private void fly(Delivery delivery, Flight flight) {
        Settlement settlement = new Settlement.RetryLater(retry(delivery));
        Place place = new Place();
        flight.takeOff();
        try (var context = CloseableThreadContext.put(
                "run", TaskParser.findId(delivery.payload()).orElse(delivery.id()))) {
            settlement = decide(delivery, flight, place);
        } catch (RunCancelledException | InterruptedException e) {
            log.debug("The run of {} was stopped", delivery.id(), e);
            settlement = afterStop(delivery, flight);
        } catch (StageException e) {
            log.warn("The verdict of {} was not told: {}", delivery.id(), e.getMessage());
        } catch (RuntimeException | Error e) {
            log.error("The run of {} ended unexpectedly", delivery.id(), e);
        } finally {
            flight.land();
            place.leave();
            settler.settle(settlement);
        }
    }

    private Settlement decide(Delivery delivery, Flight flight, Place place) throws InterruptedException {
        Task task;
        try {
            task = TaskParser.parse(delivery.payload());
        } catch (TaskFailedException e) {
            return poison(
                    delivery,
                    flight,
                    place,
                    new Failure(FailureKind.TASK, "task", e.getMessage()).masked(secrets::masked));
        }
        if (delivery.attempt() > settings.maxAttempts()) {
            return failForGood(
                    delivery,
                    task,
                    flight,
                    place,
                    new Failure(
                            FailureKind.INFRASTRUCTURE,
                            "task",
                            "given up after " + settings.maxAttempts() + " attempts, none of which came to an end"));
        }
        LeaseCheck lease = leases.check(delivery, task.id(), flight);
        long start = System.nanoTime();
        Outcome outcome = executor.execute(task, delivery.attempt(), flight, lease);
        if (outcome instanceof Outcome.Succeeded) {
            log.info("{} succeeded in {} ms", task, (System.nanoTime() - start) / 1_000_000);
            reporter.succeeded(task);
            return new Settlement.Complete(delivery);
        }
        if (outcome instanceof Outcome.NotWanted) {
            log.info("{} is not wanted any more", task);
            reporter.cancelled(task);
            return new Settlement.Complete(delivery);
        }
        if (outcome instanceof Outcome.Stopped) {
            return afterStop(delivery, flight);
        }
        Failure failure = ((Outcome.Failed) outcome).failure();
        if (disk.isFull()) { // what the run itself took of it is free again
            log.warn("{} failed while the disk is full, so its task is handed back: {}", task, failure.text());
            return new Settlement.HandBack(delivery);
        }
        if (failure.kind() == FailureKind.INFRASTRUCTURE && delivery.attempt() < settings.maxAttempts()) {
            log.warn("Attempt {} of {} failed and is tried again later: {}", delivery.attempt(), task, failure.text());
            return new Settlement.RetryLater(retry(delivery));
        }
        return failForGood(delivery, task, flight, place, failure);
    }

    private Settlement failForGood(Delivery delivery, Task task, Flight flight, Place place, Failure failure)
            throws InterruptedException {
        log.warn("{} failed: {}", task, failure.text());
        try {
            if (executor.tellError(
                    task.id(), failure, flight, leases.check(delivery, task.id(), flight), place::leaveSlot)) {
                reporter.failed(task, failure);
            } else {
                reporter.cancelled(task);
            }
        } catch (RunCancelledException | InterruptedException e) {
            if (flight.phase().reason().equals(Optional.of(CancelReason.CANCELLED))) {
                reporter.cancelled(task);
            }
            throw e;
        } catch (UntoldException e) {
            return untold(delivery, failure, e, task.id());
        }
        return failure.kind() == FailureKind.INFRASTRUCTURE
                ? new Settlement.GiveUp(new DeadLetter(delivery, failure.kind(), failure.text(), task.id()))
                : new Settlement.Complete(delivery);
    }

    // The entry is kept among the dead letters: only its writer can tell what it was meant to be.
    private Settlement poison(Delivery delivery, Flight flight, Place place, Failure failure)
            throws InterruptedException {
        log.warn("The entry {} is no valid task: {}", delivery.id(), failure.text());
        String runId = TaskParser.findId(delivery.payload()).orElse(null);
        // A broken copy of a task must not touch a run that is over.
        if (runId != null && !executor.demand(runId, flight).isNotWanted()) {
            executor.tellError(runId, failure, flight, leases.check(delivery, runId, flight), place::leaveSlot);
        }
        return new Settlement.GiveUp(new DeadLetter(delivery, failure.kind(), failure.text(), runId));
    }

    // What could not be told must not be computed again: it is kept where the operator looks.
    private static Settlement untold(Delivery delivery, Failure failure, UntoldException e, String runId) {
        return new Settlement.GiveUp(
                new DeadLetter(delivery, failure.kind(), failure.text() + "\n" + e.getMessage(), runId));
    }

    private static Settlement afterStop(Delivery delivery, Flight flight) {
        Optional<CancelReason> reason = flight.phase().reason();
        if (reason.isEmpty()) { // A module says so, but nobody stopped it: handed back, it would come again at once.
            return new Settlement.RetryLater(retry(delivery));
        }
        return switch (reason.get()) {
            case CANCELLED -> new Settlement.Complete(delivery);
            case LEASE_LOST -> new Settlement.Drop(delivery);
            case SHUTDOWN, TIMED_OUT -> new Settlement.HandBack(delivery);
        };
    }

    private static Retry retry(Delivery delivery) {
        return new Retry(delivery, RUN_RETRY.delay(delivery.attempt()));
    }

    private Demand demand(Delivery delivery, Cancellation cancellation) throws InterruptedException {
        Optional<String> runId = TaskParser.findId(delivery.payload());
        return runId.isEmpty() ? Demand.UNKNOWN : executor.demand(runId.get(), cancellation);
    }

    /** What a run holds: a slot, or a place to wait in while its error cannot be told. Used by the run's thread only. */
    private final class Place {
        private Semaphore held = slots;

        /** Lets another run have the slot: telling an error costs nothing but time. */
        void leaveSlot() {
            if (held == slots && untold.tryAcquire()) {
                held = untold;
                slots.release();
            }
        }

        void leave() {
            held.release();
        }
    }
}
