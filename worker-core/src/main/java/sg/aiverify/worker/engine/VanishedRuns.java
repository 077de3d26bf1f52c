package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.pipeline.Demand;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.Waiting;

/**
 * Runs whose queue entry is gone. The gateway removes the entry before it commits a cancel, so a run still pending is
 * asked about again, with growing pauses; but a queue can also be flushed, and then the run goes on.
 */
final class VanishedRuns {
    private static final Logger log = LogManager.getLogger(VanishedRuns.class);

    private static final long FIRST_PAUSE = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(30);

    private final Executor executor;
    private final Asking asking;
    private final Waiting waiting;
    private final LongSupplier nanoTime;
    private final ConcurrentMap<Delivery, Questions> questions = new ConcurrentHashMap<>();

    /** Asks whether the run of a delivery is still wanted. */
    @FunctionalInterface
    interface Asking {
        Demand demand(Delivery delivery, Cancellation cancellation) throws InterruptedException;
    }

    /** What has been asked about one run, and when to ask next. */
    private final class Questions {
        private long pause = FIRST_PAUSE;
        private long next;
        private boolean asked;
        private boolean asking;

        synchronized boolean begin(long now) {
            if (asking || asked && now - next < 0) {
                return false;
            }
            asking = true;
            asked = true;
            return true;
        }

        synchronized void end(long now) {
            asking = false;
            next = now
                    + waiting.lasts(Waiting.Reason.LOOK, Duration.ofNanos(pause))
                            .toNanos();
            pause = Math.min(2 * pause, LONGEST_PAUSE);
        }
    }

    VanishedRuns(Executor executor, Asking asking, Waiting waiting) {
        this(executor, asking, waiting, System::nanoTime);
    }

    VanishedRuns(Executor executor, Asking asking, Waiting waiting, LongSupplier nanoTime) {
        this.executor = executor;
        this.asking = asking;
        this.waiting = waiting;
        this.nanoTime = nanoTime;
    }

    /** Stops the run unless it is still wanted; called at each extension for as long as the entry is gone. */
    void look(Delivery delivery, Flight flight) {
        Questions about = questions.computeIfAbsent(delivery, unknown -> new Questions());
        if (about.begin(nanoTime.getAsLong())) {
            try {
                executor.execute(() -> {
                    try {
                        ask(delivery, flight);
                    } finally {
                        about.end(nanoTime.getAsLong());
                    }
                });
            } catch (RejectedExecutionException e) {
                about.end(nanoTime.getAsLong());
            }
        }
    }

    void forget(Delivery delivery) {
        questions.remove(delivery);
    }

    private void ask(Delivery delivery, Flight flight) {
        try (var context = RunLog.of(delivery)) {
            if (!asking.demand(delivery, flight.phase()).isWanted()) {
                log.info("Its queue entry was removed: the run is cancelled");
                flight.stop(CancelReason.CANCELLED);
            }
        } catch (StageException e) {
            log.debug("Whether it is still wanted is not known: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            log.error("Whether it is still wanted could not be asked", e);
        }
    }
}
