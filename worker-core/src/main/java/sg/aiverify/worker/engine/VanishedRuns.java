package sg.aiverify.worker.engine;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.pipeline.Demand;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.Cancellation;

/**
 * Runs whose queue entry is gone. The gateway removes the entry before it commits a cancel, so a run still pending is
 * asked about again and again; but a queue can also be flushed, and then the run goes on.
 */
final class VanishedRuns {
    private static final Logger log = LogManager.getLogger(VanishedRuns.class);

    private final Executor messenger;
    private final Asking asking;
    private final Set<Delivery> beingAsked = ConcurrentHashMap.newKeySet();

    /** Asks whether the run of a delivery is still wanted. */
    @FunctionalInterface
    interface Asking {
        Demand demand(Delivery delivery, Cancellation cancellation) throws InterruptedException;
    }

    VanishedRuns(Executor messenger, Asking asking) {
        this.messenger = messenger;
        this.asking = asking;
    }

    /** Stops the run unless it is still wanted; called at each extension for as long as the entry is gone. */
    void look(Delivery delivery, Flight flight) {
        if (beingAsked.add(delivery)) {
            try {
                messenger.execute(() -> ask(delivery, flight));
            } catch (RejectedExecutionException e) {
                beingAsked.remove(delivery);
            }
        }
    }

    void forget(Delivery delivery) {
        beingAsked.remove(delivery);
    }

    private void ask(Delivery delivery, Flight flight) {
        try {
            if (!asking.demand(delivery, flight.phase()).isWanted()) {
                log.info("The queue entry {} was removed: the run is cancelled", delivery.id());
                flight.stop(CancelReason.CANCELLED);
            }
        } catch (StageException e) {
            log.debug("Whether {} is still wanted is not known: {}", delivery.id(), e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            beingAsked.remove(delivery);
        }
    }
}
