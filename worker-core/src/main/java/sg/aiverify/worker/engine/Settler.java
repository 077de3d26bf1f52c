package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.ServiceAwayException;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.TaskQueue;

/** Tells the queue what became of deliveries, many at a time, and until the queue has heard it. */
final class Settler implements Runnable {
    private static final Logger log = LogManager.getLogger(Settler.class);
    private static final int BATCH = 256;
    private static final Backoff QUEUE_AWAY = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));

    private final TaskQueue queue;
    private final Consumer<Delivery> settled;
    private final BlockingQueue<Settlement> waiting = new LinkedBlockingQueue<>();

    /** Creates the settler; {@code settled} hears of each delivery that the queue has been told of. */
    Settler(TaskQueue queue, Consumer<Delivery> settled) {
        this.queue = queue;
        this.settled = settled;
    }

    void settle(Settlement settlement) {
        waiting.add(settlement);
    }

    /** Works until the thread is interrupted. */
    @Override
    public void run() {
        List<Settlement> batch = new ArrayList<>();
        try {
            while (true) {
                batch.add(waiting.take());
                waiting.drainTo(batch, BATCH - 1);
                settle(batch);
                batch.clear();
            }
        } catch (InterruptedException e) {
            log.debug("The settler ends with {} deliveries unsettled", waiting.size() + batch.size());
        }
    }

    private void settle(List<Settlement> batch) throws InterruptedException {
        apply(batch, Settlement.Complete.class, Settlement::delivery, queue::complete);
        apply(batch, Settlement.HandBack.class, Settlement::delivery, queue::release);
        apply(batch, Settlement.RetryLater.class, Settlement.RetryLater::retry, queue::retry);
        apply(batch, Settlement.GiveUp.class, Settlement.GiveUp::deadLetter, queue::giveUp);
        batch.forEach(settlement -> settled.accept(settlement.delivery()));
    }

    private <S extends Settlement, T> void apply(
            List<Settlement> batch,
            Class<S> type,
            Function<S, T> content,
            Function<Collection<T>, Set<Delivery>> operation)
            throws InterruptedException {
        List<S> chosen = batch.stream().filter(type::isInstance).map(type::cast).toList();
        if (chosen.isEmpty()) {
            return;
        }
        List<T> contents = chosen.stream().map(content).toList();
        for (int failures = 1; ; failures++) {
            try {
                Set<Delivery> ours = operation.apply(contents);
                chosen.stream()
                        .map(Settlement::delivery)
                        .filter(delivery -> !ours.contains(delivery))
                        .forEach(delivery -> log.warn(
                                "{} of {} had no effect: it is no longer this worker's, or gone",
                                type.getSimpleName(),
                                delivery.id()));
                return;
            } catch (ServiceAwayException e) {
                Duration delay = QUEUE_AWAY.delay(failures);
                log.warn("{}; telling it again in {} ms", e.getMessage(), delay.toMillis());
                Thread.sleep(delay.toMillis());
            } catch (RuntimeException | Error e) {
                // The queue's own fault: the leases run out, and the deliveries come back.
                log.error("{} of {} deliveries failed", type.getSimpleName(), chosen.size(), e);
                return;
            }
        }
    }
}
