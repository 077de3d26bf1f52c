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
import sg.aiverify.worker.failure.Outage;
import sg.aiverify.worker.failure.Quantity;
import sg.aiverify.worker.failure.ServiceAwayException;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.Retry;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.run.Backoff;
import sg.aiverify.worker.run.Waiting;

/** Tells the queue what became of deliveries, many at a time, and until the queue has heard it. */
final class Settler implements AttemptRunner.Settlements, Runnable {
    private static final Logger log = LogManager.getLogger(Settler.class);
    private static final int BATCH = 256;
    private static final Backoff QUEUE_AWAY = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));

    private final TaskQueue queue;
    private final Waiting waiting;
    private final LeaseKeeper leases;
    private final Outage outage = new Outage();
    private final BlockingQueue<Settlement> queued = new LinkedBlockingQueue<>();

    /** Creates the settler; it ends the leases of what it has settled. */
    Settler(TaskQueue queue, Waiting waiting, LeaseKeeper leases) {
        this.queue = queue;
        this.waiting = waiting;
        this.leases = leases;
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
            for (int failures = 0; ; ) {
                if (open.isEmpty()) {
                    open.add(queued.take());
                }
                queued.drainTo(open, BATCH - 1);
                List<Settlement> told = settle(open);
                told.forEach(settlement -> leases.remove(settlement.delivery()));
                open.removeAll(told);
                failures = open.isEmpty() ? 0 : failures + 1;
                if (failures > 0) {
                    // What the queue refuses must not hold up what it would take: new ones join those that are left.
                    Thread.sleep(waiting.lasts(Waiting.Reason.RETRY, QUEUE_AWAY.delay(failures))
                            .toMillis());
                } else {
                    outage.end()
                            .ifPresent(lasted -> log.info(
                                    "The queue has taken the ends of all runs, after {}", RunLog.seconds(lasted)));
                }
            }
        } catch (InterruptedException e) {
            log.debug("The settler ends with {} deliveries unsettled", queued.size() + open.size());
        }
    }

    /** Gives those that the queue has been told of. */
    private List<Settlement> settle(List<Settlement> batch) {
        Map<Settlement.Kind, List<Settlement>> kinds = new EnumMap<>(Settlement.Kind.class);
        batch.forEach(settlement -> kinds.computeIfAbsent(settlement.kind(), kind -> new ArrayList<>())
                .add(settlement));
        List<Settlement> told = new ArrayList<>();
        kinds.forEach((kind, settlements) -> {
            if (isTold(kind, settlements)) {
                told.addAll(settlements);
            }
        });
        return told;
    }

    private boolean isTold(Settlement.Kind kind, List<Settlement> settlements) {
        try {
            Set<Delivery> ours = tell(kind, settlements);
            settlements.stream()
                    .map(Settlement::delivery)
                    .filter(delivery -> !ours.contains(delivery))
                    .forEach(delivery -> hadNoEffect(kind, delivery));
        } catch (ServiceAwayException e) {
            Level level = outage.isNews(kind + String.valueOf(e.getMessage())) ? Level.WARN : Level.DEBUG;
            log.log(level, "Could not {} of {}, trying again: {}", inWords(kind), settlements.size(), e.getMessage());
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
            log.warn("Could not {} of this run: it is another worker's now, or gone", inWords(kind));
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

    /** Tells the queue of settlements of one kind; gives the deliveries that were still this worker's. */
    private Set<Delivery> tell(Settlement.Kind kind, List<Settlement> settlements) {
        return switch (kind) {
            case COMPLETE -> queue.complete(all(settlements, Settlement.Complete.class, Settlement::delivery));
            case HAND_BACK -> queue.release(all(settlements, Settlement.HandBack.class, Settlement::delivery));
            case RETRY_LATER -> queue.retry(all(settlements, Settlement.RetryLater.class, this::retry));
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
