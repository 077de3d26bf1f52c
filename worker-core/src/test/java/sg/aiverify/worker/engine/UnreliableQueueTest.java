package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.ScriptedPipeline;
import sg.aiverify.worker.TurnedTime;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.queue.DeadLetter;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.LeaseState;
import sg.aiverify.worker.queue.ReportRight;
import sg.aiverify.worker.queue.Retry;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.queue.memory.InMemoryTaskQueue;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.stage.Demand;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.task.Task;

/** Tests a queue that passes a worker's deliveries to others, or fails. */
@Timeout(60)
class UnreliableQueueTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private final ScriptedPipeline scripted = new ScriptedPipeline();
    private final UnreliableQueue queue = new UnreliableQueue();
    private final List<String> reports = new CopyOnWriteArrayList<>();
    private String slots = "1";
    private Worker worker;

    @AfterEach
    void close() {
        worker.close();
    }

    private Task start() {
        worker = scripted.worker(directory.resolve("data"), Map.of("TEWORKER_CONCURRENCY", slots))
                .queue(queue)
                .listener(new Reports())
                .build();
        worker.start();
        return submit();
    }

    private Task submit() {
        Task task = scripted.task("{}");
        queue.entries.submit(task.toJson());
        return task;
    }

    private void assertNothingReported() throws InterruptedException {
        queue.dropped.await();
        assertThat(scripted.uploads).isEmpty();
        assertThat(scripted.errors).isEmpty();
        assertThat(reports).isEmpty();
        assertThat(queue.settled).isEmpty();
    }

    @Test
    void aRunWhoseLeaseIsLostIsStoppedAndReportsNothing() throws Exception {
        AtomicReference<CancelReason> reason = new AtomicReference<>();
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            queue.lost = true;
            try {
                new CountDownLatch(1).await();
            } finally {
                reason.set(run.cancellation().reason().orElse(null));
            }
        });

        start();

        assertNothingReported();
        assertThat(reason).hasValue(CancelReason.LEASE_LOST);
    }

    @Test
    void aResultIsNotUploadedIfTheLeaseIsLostRightBefore() throws Exception {
        scripted.at(Stage.PIPELINE_EXECUTE, run -> queue.lost = true);

        start();

        assertNothingReported();
    }

    @Test
    void anErrorIsNotReportedIfTheLeaseIsLostRightBefore() throws Exception {
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            queue.lost = true;
            throw new TaskFailedException("the algorithm raised");
        });

        start();

        assertNothingReported();
    }

    @Test
    void aQueueThatFailsInAnUnknownWayStopsNoWorker() {
        scripted.demand = runId -> scripted.uploads.contains(runId) ? Demand.NOT_NEEDED : Demand.NEEDED;
        queue.failing.set(true);

        Task first = start();
        Task second = submit();
        await().atMost(BOUND).until(() -> queue.settled.size() == 2 && queue.entries.pending() == 1);
        queue.time.turn(queue.lease());

        await().atMost(BOUND).untilAsserted(() -> {
            assertThat(queue.entries.queued()).isZero();
            assertThat(queue.entries.pending()).isZero();
        });
        assertThat(scripted.uploads).containsExactly(first.id(), second.id());
        assertThat(queue.failing).isFalse();
    }

    @Test
    void aRedeliveryDuringItsRunIsRunOnce() {
        slots = "2";
        CountDownLatch goOn = new CountDownLatch(1);
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            queue.again.set(queue.received.size() == 1);
            goOn.await();
        });

        Task task = start();
        await().atMost(BOUND).until(() -> queue.received.size() == 2 && !queue.again.get());
        Task next = submit();
        await().atMost(BOUND).until(() -> queue.received.size() == 3);
        goOn.countDown();

        await().atMost(BOUND).until(() -> queue.entries.queued() + queue.entries.pending() == 0);
        assertThat(queue.received.get(1)).isEqualTo(queue.received.get(0));
        assertThat(scripted.uploads).containsExactlyInAnyOrder(task.id(), next.id());
    }

    private final class Reports implements RunListener {
        @Override
        public void succeeded(Task task) {
            reports.add("succeeded");
        }

        @Override
        public void failed(Task task, Failure failure) {
            reports.add("failed");
        }

        @Override
        public void cancelled(Task task) {
            reports.add("cancelled");
        }
    }

    private static final class UnreliableQueue implements TaskQueue {
        final TurnedTime time = new TurnedTime();
        final InMemoryTaskQueue entries = new InMemoryTaskQueue(Duration.ofSeconds(30), time);
        final List<Delivery> settled = new CopyOnWriteArrayList<>();
        /** Released when no delivery is in progress. */
        final CountDownLatch dropped = new CountDownLatch(1);

        private final CountDownLatch nothing = new CountDownLatch(1);
        final AtomicBoolean failing = new AtomicBoolean();
        volatile boolean lost;
        /** Whether to redeliver the first delivery, like a server that has lost its newest data. */
        final AtomicBoolean again = new AtomicBoolean();

        final List<Delivery> received = new CopyOnWriteArrayList<>();

        @Override
        public Duration lease() {
            return entries.lease();
        }

        @Override
        public List<Delivery> receive(int max, Duration wait) throws InterruptedException {
            if (lost) {
                nothing.await(wait.toMillis(), TimeUnit.MILLISECONDS);
                return List.of();
            }
            if (again.compareAndSet(true, false)) {
                received.add(received.get(0));
                return List.of(received.get(0));
            }
            List<Delivery> deliveries = entries.receive(max, wait);
            received.addAll(deliveries);
            return deliveries;
        }

        @Override
        public Map<Delivery, LeaseState> extend(Collection<Delivery> deliveries) {
            if (!lost) {
                return entries.extend(deliveries);
            }
            Map<Delivery, LeaseState> states = new LinkedHashMap<>();
            deliveries.forEach(delivery -> states.put(delivery, LeaseState.LOST));
            if (deliveries.isEmpty()) {
                dropped.countDown();
            }
            return states;
        }

        @Override
        public ReportRight acquireReportRight(Delivery delivery, String runId) {
            if (lost) {
                return ReportRight.LOST;
            }
            return entries.acquireReportRight(delivery, runId);
        }

        @Override
        public Set<Delivery> complete(Collection<Delivery> deliveries) {
            settled.addAll(deliveries);
            if (failing.compareAndSet(true, false)) {
                throw new IllegalStateException("a bug in the queue");
            }
            return entries.complete(deliveries);
        }

        @Override
        public Set<Delivery> handBack(Collection<Delivery> deliveries) {
            settled.addAll(deliveries);
            return entries.handBack(deliveries);
        }

        @Override
        public Set<Delivery> retryLater(Collection<Retry> retries) {
            retries.forEach(retry -> settled.add(retry.delivery()));
            return entries.retryLater(retries);
        }

        @Override
        public Set<Delivery> giveUp(Collection<DeadLetter> deadLetters) {
            deadLetters.forEach(letter -> settled.add(letter.delivery()));
            return entries.giveUp(deadLetters);
        }

        @Override
        public void close() {
            entries.close();
        }
    }
}
