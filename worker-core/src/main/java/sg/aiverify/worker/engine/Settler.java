package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.failure.internal.Outage;
import sg.aiverify.worker.failure.internal.Quantity;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.Retry;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.run.internal.Backoff;

/**
 * Settles deliveries with the queue, many at a time. Retries while the queue is unavailable. After any other failure,
 * the deliveries' entries are redelivered when their leases expire.
 */
final class Settler implements AttemptRunner.Settlements, Runnable {
    private static final Logger log = LogManager.getLogger(Settler.class);
    private static final int BATCH = 256;
    private static final Backoff QUEUE_UNAVAILABLE = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));

    private final TaskQueue queue;
    private final Waiting waiting;
    private final RunsInProgress runs;
    private final QueueHealth health;
    private final Outage outage = new Outage();
    private final BlockingQueue<Settlement> queued = new LinkedBlockingQueue<>();

    // Used by the settler's thread only.
    private int failures;
    private long responsesBefore;

    /** Creates the settler, which removes settled deliveries from the runs in progress. */
    Settler(TaskQueue queue, Waiting waiting, RunsInProgress runs, QueueHealth health) {
        this.queue = queue;
        this.waiting = waiting;
        this.runs = runs;
        this.health = health;
    }

    @Override
    public void settle(Settlement settlement) {
        queued.add(settlement);
    }

    /** Settles until the thread is interrupted. */
    @Override
    public void run() {
        List<Settlement> open = new ArrayList<>();
        try {
            while (true) {
                takeBatch(open);
                List<Settlement> settled = settleBatch(open);
                settled.forEach(settlement -> runs.remove(settlement.delivery()));
                open.removeAll(settled);
                pauseOrRecover(open.isEmpty());
            }
        } catch (InterruptedException e) {
            log.debug("The settler ends with {} unsettled deliveries", queued.size() + open.size());
        }
    }

    /** Adds new settlements to the open ones. If there are no open ones, waits for the first. */
    private void takeBatch(List<Settlement> open) throws InterruptedException {
        if (open.isEmpty()) {
            open.add(queued.take());
        }
        queued.drainTo(open, BATCH - 1);
    }

    private void pauseOrRecover(boolean allSettled) throws InterruptedException {
        if (!allSettled) {
            failures++;
            responsesBefore = health.responses();
            // New settlements are added to the open ones, so that settlements which the queue rejects do not delay
            // them.
            Thread.sleep(waiting.lasts(Waiting.Reason.RETRY, QUEUE_UNAVAILABLE.delay(failures))
                    .toMillis());
        } else if (failures > 0) {
            failures = 0;
            outage.end().ifPresent(lasted -> log.info("All deliveries are settled, after {}", RunLog.seconds(lasted)));
        }
    }

    /** Returns the settlements that need no retry. */
    private List<Settlement> settleBatch(List<Settlement> batch) {
        // If the queue does not respond to any request, the receiver and the lease keeper already log the outage.
        boolean othersSucceed = failures > 0
                && health.responses() > responsesBefore
                && health.problem().isEmpty();
        Map<Settlement.Kind, List<Settlement>> kinds = new EnumMap<>(Settlement.Kind.class);
        batch.forEach(settlement -> kinds.computeIfAbsent(settlement.kind(), kind -> new ArrayList<>())
                .add(settlement));
        List<Settlement> settled = new ArrayList<>();
        kinds.forEach((kind, settlements) -> {
            if (trySettle(kind, settlements, othersSucceed)) {
                settled.addAll(settlements);
            }
        });
        return settled;
    }

    /** Returns whether the settlements of one kind need no retry; false if the queue is unavailable. */
    private boolean trySettle(Settlement.Kind kind, List<Settlement> settlements, boolean othersSucceed) {
        try {
            Set<Delivery> ours = sendToQueue(kind, settlements);
            settlements.stream()
                    .map(Settlement::delivery)
                    .filter(delivery -> !ours.contains(delivery))
                    .forEach(delivery -> hadNoEffect(kind, delivery));
        } catch (ServiceUnavailableException e) {
            boolean isNews = othersSucceed && outage.noteFailure(kind + String.valueOf(e.getMessage()));
            log.log(
                    isNews ? Level.WARN : Level.DEBUG,
                    "Could not {} of {}, retrying: {}",
                    action(kind),
                    Quantity.of(settlements.size(), "run"),
                    e.getMessage());
            return false;
        } catch (RuntimeException | Error e) { // The settler must survive; otherwise nothing would be settled any more.
            // The failed settlements are not retried: the leases expire, and the entries are redelivered.
            log.error(
                    "Could not {} of {}; unsettled tasks are redelivered",
                    action(kind),
                    Quantity.of(settlements.size(), "run"),
                    e);
        }
        return true;
    }

    private static void hadNoEffect(Settlement.Kind kind, Delivery delivery) {
        try (var context = RunLog.of(delivery)) {
            log.warn(
                    "Could not {} of this run: another worker has taken over the run, or the entry was removed{}",
                    action(kind),
                    kind == Settlement.Kind.COMPLETE
                            ? "; nothing is lost: a finished run is skipped if its entry is redelivered"
                            : "");
        }
    }

    private static String action(Settlement.Kind kind) {
        return switch (kind) {
            case COMPLETE -> "remove the queue's entry";
            case HAND_BACK -> "return the queue's entry";
            case RETRY_LATER -> "schedule the next attempt";
            case GIVE_UP -> "make a dead letter";
            case DROP -> "drop the delivery";
        };
    }

    /** Settles the deliveries of one kind; returns those whose lease this worker still held. */
    private Set<Delivery> sendToQueue(Settlement.Kind kind, List<Settlement> settlements) {
        return switch (kind) {
            case COMPLETE -> queue.complete(all(settlements, Settlement.Complete.class, Settlement::delivery));
            case HAND_BACK -> queue.handBack(all(settlements, Settlement.HandBack.class, Settlement::delivery));
            case RETRY_LATER -> queue.retryLater(all(settlements, Settlement.RetryLater.class, this::retry));
            case GIVE_UP -> queue.giveUp(all(settlements, Settlement.GiveUp.class, Settlement.GiveUp::deadLetter));
            case DROP -> Set.copyOf(all(settlements, Settlement.Drop.class, Settlement::delivery));
        };
    }

    private static <S extends Settlement, T> List<T> all(
            List<Settlement> settlements, Class<S> type, Function<S, T> content) {
        return settlements.stream().map(type::cast).map(content).toList();
    }

    private Retry retry(Settlement.RetryLater later) {
        return new Retry(
                later.delivery(),
                waiting.lasts(Waiting.Reason.RETRY, later.retry().delay()));
    }
}
