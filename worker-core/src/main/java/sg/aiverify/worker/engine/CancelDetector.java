package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.run.internal.Backoff;
import sg.aiverify.worker.stage.Demand;
import sg.aiverify.worker.stage.UploadModule;

/**
 * Detects cancelled runs: requests the status of each run whose queue entry was removed. The gateway removes the entry
 * before it commits a cancel. So the status of a run that is still pending is requested again, with growing pauses. A
 * run whose entry was lost by the queue continues.
 */
final class CancelDetector {
    private static final Logger log = LogManager.getLogger(CancelDetector.class);

    private static final Backoff PAUSE = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30));

    private final Executor executor;
    private final UploadModule upload;
    private final Waiting waiting;
    private final LongSupplier nanoTime;
    private final ConcurrentMap<StopSignal, Requests> requests = new ConcurrentHashMap<>();

    /** Counts the status requests about one run, and determines the time of the next request. */
    private final class Requests {
        private int count;
        private long next;
        private boolean sent;
        private boolean inProgress;

        synchronized boolean begin(long now) {
            if (inProgress || sent && now - next < 0) {
                return false;
            }
            inProgress = true;
            sent = true;
            return true;
        }

        synchronized void end(long now) {
            inProgress = false;
            next = now
                    + waiting.lasts(Waiting.Reason.INTERVAL, PAUSE.planned(++count))
                            .toNanos();
        }
    }

    CancelDetector(Executor executor, UploadModule upload, Waiting waiting) {
        this(executor, upload, waiting, System::nanoTime);
    }

    CancelDetector(Executor executor, UploadModule upload, Waiting waiting, LongSupplier nanoTime) {
        this.executor = executor;
        this.upload = upload;
        this.waiting = waiting;
        this.nanoTime = nanoTime;
    }

    /**
     * Checks in another thread whether the run's result is still needed; if not, stops the run. Called at each lease
     * extension while the entry is missing.
     */
    void check(Delivery delivery, StopSignal stop) {
        Requests about = requests.computeIfAbsent(stop, unknown -> new Requests());
        if (about.begin(nanoTime.getAsLong())) {
            try {
                executor.execute(() -> {
                    try {
                        request(delivery, stop);
                    } finally {
                        about.end(nanoTime.getAsLong());
                    }
                });
            } catch (RejectedExecutionException e) {
                about.end(nanoTime.getAsLong());
            }
        }
    }

    /** Forgets the requests about runs that are no longer in progress. */
    void keepOnly(Collection<StopSignal> inProgress) {
        requests.keySet().retainAll(inProgress);
    }

    private void request(Delivery delivery, StopSignal stop) {
        try (var context = RunLog.of(delivery)) {
            Demand demand = demand(delivery, stop.phase());
            if (!demand.isNeeded()) {
                stop.stopNotNeeded(demand);
                if (stop.notNeeded().isPresent()) { // The log line about the end of the run contains the reason.
                    log.info("Stopping the run, because its queue entry was removed");
                }
            }
        } catch (StageException e) {
            log.debug("Could not find out whether the result is still needed: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            log.error("Could not check whether the result is still needed", e);
        }
    }

    private Demand demand(Delivery delivery, Cancellation cancellation) throws InterruptedException {
        Optional<String> runId = Attempt.runIdOf(delivery);
        return runId.isEmpty() ? Demand.UNKNOWN : upload.demand(runId.get(), cancellation);
    }
}
