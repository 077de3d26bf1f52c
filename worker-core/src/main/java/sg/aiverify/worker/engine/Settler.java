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
 * Settles deliveries with the queue, many at a time; again and again while the queue is away. After any other failure
 * they are left alone: their entries come again after their lease.
 */
final class Settler implements AttemptRunner.Settlements, Runnable {
    private static final Logger log = LogManager.getLogger(Settler.class);
    private static final int BATCH = 256;
    private static final Backoff QUEUE_AWAY = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));

    private final TaskQueue queue;
    private final Waiting waiting;
    private final RunsInProgress runs;
    private final QueueHealth health;
    private final Outage outage = new Outage();
    private final BlockingQueue<Settlement> queued = new LinkedBlockingQueue<>();

    // Used by the settler's thread only.
    private int failures;
    private long answersBefore;

    /** Creates the settler; what it has settled is no run in progress any more. */
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

    /** Works until the thread is interrupted. */
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
            log.debug("The settler ends with {} deliveries unsettled", queued.size() + open.size());
        }
    }

    /** Adds new settlements to those that are left from before; waits for one if there are none. */
    private void takeBatch(List<Settlement> open) throws InterruptedException {
        if (open.isEmpty()) {
            open.add(queued.take());
        }
        queued.drainTo(open, BATCH - 1);
    }

    private void pauseOrRecover(boolean allSettled) throws InterruptedException {
        if (!allSettled) {
            failures++;
            answersBefore = health.answers();
            // What the queue refuses must not hold up what it would take: new ones join those that are left.
            Thread.sleep(waiting.lasts(Waiting.Reason.RETRY, QUEUE_AWAY.delay(failures))
                    .toMillis());
        } else if (failures > 0) {
            failures = 0;
            outage.end()
                    .ifPresent(lasted ->
                            log.info("The queue has taken the ends of all runs, after {}", RunLog.seconds(lasted)));
        }
    }

    /** Returns those that are done with. */
    private List<Settlement> settleBatch(List<Settlement> batch) {
        // If the queue answers nobody, the receiver and the lease keeper report the outage; stay silent here.
        boolean othersSucceed = failures > 0
                && health.answers() > answersBefore
                && health.trouble().isEmpty();
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

    /** Returns whether those of one kind are done with; false if the queue is away. */
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
                    "Could not {} of {}, trying again: {}",
                    inWords(kind),
                    Quantity.of(settlements.size(), "run"),
                    e.getMessage());
            return false;
        } catch (RuntimeException | Error e) { // or nothing would ever be settled again
            // The queue's own fault: the leases run out, and the deliveries come back.
            log.error(
                    "Could not {} of {}; what is not settled comes again",
                    inWords(kind),
                    Quantity.of(settlements.size(), "run"),
                    e);
        }
        return true;
    }

    private static void hadNoEffect(Settlement.Kind kind, Delivery delivery) {
        try (var context = RunLog.of(delivery)) {
            log.warn(
                    "Could not {} of this run: it is another worker's now, or gone{}",
                    inWords(kind),
                    kind == Settlement.Kind.COMPLETE
                            ? "; nothing is lost: a run that is over is skipped if its entry comes again"
                            : "");
        }
    }

    private static String inWords(Settlement.Kind kind) {
        return switch (kind) {
            case COMPLETE -> "remove the queue's entry";
            case HAND_BACK -> "hand back the queue's entry";
            case RETRY_LATER -> "schedule the next attempt";
            case GIVE_UP -> "make a dead letter";
            case DROP -> "drop the delivery";
        };
    }

    /** Settles those of one kind; returns the deliveries that were still this worker's. */
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
