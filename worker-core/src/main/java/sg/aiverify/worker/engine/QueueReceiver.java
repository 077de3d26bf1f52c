package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.failure.internal.Outage;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.run.internal.Backoff;

/** Receives deliveries, at most one for each free slot, and passes each to a thread that runs it. */
final class QueueReceiver implements Runnable {
    private static final Logger log = LogManager.getLogger(QueueReceiver.class);
    private static final Duration RECEIVE_WAIT = Duration.ofSeconds(2);
    /**
     * The longest wait for tasks until the queue has responded. It is short, since the log reports the queue as
     * available only after this response.
     */
    private static final Duration FIRST_WAIT = Duration.ofMillis(50);

    private static final Backoff NOTHING_RECEIVED = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(10));

    private final TaskQueue queue;
    private final Slots slots;
    private final RunsInProgress runs;
    private final Settler settler;
    private final AttemptRunner runner;
    private final Executor threads;
    private final QueueHealth.Client health;
    private final ServiceBreaker breaker;
    private final DiskSpace disk;
    private final Waiting waiting;
    private final Outage fullDisk = new Outage();
    private boolean wasFull;
    private int failures;
    private volatile boolean stopping;

    QueueReceiver(
            TaskQueue queue,
            Slots slots,
            RunsInProgress runs,
            Settler settler,
            AttemptRunner runner,
            Executor threads,
            QueueHealth.Client health,
            ServiceBreaker breaker,
            DiskSpace disk,
            Waiting waiting) {
        this.queue = queue;
        this.slots = slots;
        this.runs = runs;
        this.settler = settler;
        this.runner = runner;
        this.threads = threads;
        this.health = health;
        this.breaker = breaker;
        this.disk = disk;
        this.waiting = waiting;
    }

    /** Requests that {@link #run} ends. The caller must also interrupt the receiver's thread. */
    void stop() {
        stopping = true;
    }

    /** Receives deliveries until {@link #stop} is called. */
    @Override
    public void run() {
        while (!stopping) {
            try {
                receiveOnce();
            } catch (InterruptedException e) {
                log.debug("The receiver was interrupted");
            } catch (ServiceUnavailableException e) {
                pause();
            } catch (RuntimeException | Error e) {
                log.error("Could not receive tasks", e);
                pause();
            }
        }
    }

    private void receiveOnce() throws InterruptedException {
        int taken = slots.takeAll();
        try {
            if (checkDisk()) {
                pause();
            } else if (breaker.awaitClosed(waiting.lasts(Waiting.Reason.INTERVAL, RECEIVE_WAIT))) {
                List<Delivery> deliveries = receive(taken);
                for (Delivery delivery : deliveries) {
                    if (taken == 0) { // The queue has delivered more than requested.
                        slots.takeOne();
                        taken++;
                    }
                    taken--;
                    accept(delivery);
                }
                failures = 0;
            }
        } finally {
            slots.release(taken);
        }
    }

    private List<Delivery> receive(int max) throws InterruptedException {
        try {
            Duration wait = waiting.lasts(Waiting.Reason.INTERVAL, health.isGood() ? RECEIVE_WAIT : FIRST_WAIT);
            List<Delivery> deliveries = queue.receive(max, wait);
            health.responded();
            return deliveries;
        } catch (RuntimeException | Error e) {
            health.failed(e);
            throw e;
        }
    }

    /** Accepts a delivery. The slot that was taken for it is released here, or passed to the attempt. */
    private void accept(Delivery delivery) {
        StopSignal stop = new StopSignal();
        if (!runs.add(delivery, stop)) {
            try (var context = RunLog.of(delivery)) {
                log.warn("The task was redelivered while its run is in progress: the run continues");
            }
            slots.release(1);
        } else if (stopping) {
            slots.release(1);
            stop.end();
            settler.settle(new Settlement.HandBack(delivery));
        } else {
            Slots.Slot slot = slots.slot();
            try {
                threads.execute(() -> run(delivery, stop, slot));
            } catch (RuntimeException | Error e) { // For example if there is not enough memory for another thread.
                abandon(delivery, stop, slot);
                throw e;
            }
        }
    }

    private void run(Delivery delivery, StopSignal stop, Slots.Slot slot) {
        try {
            runner.run(Attempt.of(delivery, stop, queue, slot));
        } catch (RuntimeException | Error e) {
            abandon(delivery, stop, slot);
            log.error(
                    "The run of the entry {} ended unexpectedly; the entry is redelivered when its lease expires",
                    delivery.id(),
                    e);
        }
    }

    /** Forgets a delivery that can be neither run nor settled. Its entry is redelivered when its lease expires. */
    private void abandon(Delivery delivery, StopSignal stop, Slots.Slot slot) {
        stop.end();
        slot.free();
        runs.remove(delivery);
    }

    /** Returns whether the disk is full. Logs when the disk becomes full, and when it has space again. */
    private boolean checkDisk() {
        String full = "The disk of the runs is full: no tasks are received until there is space";
        boolean isFull = disk.isFull();
        if (isFull && fullDisk.noteFailure(full)) {
            log.warn(full);
        }
        if (wasFull && !isFull) {
            fullDisk.end()
                    .ifPresent(lasted -> log.info(
                            "The disk of the runs has space again after {}: tasks are received",
                            RunLog.seconds(lasted)));
        }
        wasFull = isFull;
        return isFull;
    }

    private void pause() {
        failures++;
        try {
            Thread.sleep(waiting.lasts(Waiting.Reason.RETRY, NOTHING_RECEIVED.delay(failures))
                    .toMillis());
        } catch (InterruptedException e) {
            log.debug("The receiver was interrupted");
        }
    }
}
