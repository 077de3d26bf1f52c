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

/** Receives deliveries, at most as many as there are free slots, and hands each to a thread that runs it. */
final class QueueReceiver implements Runnable {
    private static final Logger log = LogManager.getLogger(QueueReceiver.class);
    private static final Duration RECEIVE_WAIT = Duration.ofSeconds(2);
    /** Short, while the queue has not answered yet or not lately: its first answer ends the outage in the log. */
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

    /** Lets {@link #run} end soon; its thread is to be interrupted, too. */
    void stop() {
        stopping = true;
    }

    /** Receives until it is stopped. */
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
                log.error("Receiving failed", e);
                pause();
            }
        }
    }

    private void receiveOnce() throws InterruptedException {
        int taken = slots.takeAll();
        try {
            if (checkDisk()) {
                pause();
            } else if (breaker.awaitClosed(waiting.lasts(Waiting.Reason.LOOK, RECEIVE_WAIT))) {
                List<Delivery> deliveries = receive(taken);
                for (Delivery delivery : deliveries) {
                    if (taken == 0) { // A queue that gives more than it was asked for.
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
            Duration wait = waiting.lasts(Waiting.Reason.LOOK, health.isGood() ? RECEIVE_WAIT : FIRST_WAIT);
            List<Delivery> deliveries = queue.receive(max, wait);
            health.answered();
            return deliveries;
        } catch (RuntimeException | Error e) {
            health.failed(e);
            throw e;
        }
    }

    /** Accepts a delivery. The one slot that was taken for it is released here, or becomes that of the attempt. */
    private void accept(Delivery delivery) {
        StopSignal stop = new StopSignal();
        if (!runs.add(delivery, stop)) {
            try (var context = RunLog.of(delivery)) {
                log.warn("Delivered again while it is running: the run continues");
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
            } catch (RuntimeException | Error e) { // such as one for want of memory for a thread
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
            log.error("The run of the entry {} ended unexpectedly; it comes again after its lease", delivery.id(), e);
        }
    }

    /** Forgets a delivery that can be neither run nor settled: its entry comes again when its lease has run out. */
    private void abandon(Delivery delivery, StopSignal stop, Slots.Slot slot) {
        stop.end();
        slot.free();
        runs.remove(delivery);
    }

    /** Returns whether the disk is full; logs when that begins and ends. */
    private boolean checkDisk() {
        String full = "The disk that runs work on is full: no tasks are taken until there is space";
        boolean isFull = disk.isFull();
        if (isFull && fullDisk.noteFailure(full)) {
            log.warn(full);
        }
        if (wasFull && !isFull) {
            fullDisk.end()
                    .ifPresent(lasted -> log.info(
                            "The disk that runs work on has space again after {}: tasks are taken",
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
