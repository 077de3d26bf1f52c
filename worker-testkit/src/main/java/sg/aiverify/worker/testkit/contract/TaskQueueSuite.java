package sg.aiverify.worker.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import sg.aiverify.worker.failure.FailureKind;
import sg.aiverify.worker.queue.DeadLetter;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.Retry;
import sg.aiverify.worker.queue.TaskQueue;

/** Opens a queue that two workers share. Each test uses a new queue. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class TaskQueueSuite {
    /** The timeout for each expected event. */
    static final Duration PATIENCE = Duration.ofSeconds(20);
    /** The shortest lease. Tests need time for a check in its last third, and between its end and a retry. */
    private static final Duration LEAST_LEASE = Duration.ofSeconds(2);
    /**
     * The time that one call waits for tasks. It is short, since a queue may check its entries only when a call starts.
     */
    private static final Duration A_MOMENT = Duration.ofMillis(20);

    final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<TaskQueue> workers = new ArrayList<>();
    TaskQueueBackend backend;
    TaskQueue mine;
    TaskQueue other;

    /**
     * Opens an empty queue.
     *
     * @return the queue, which one test uses and then closes
     */
    protected abstract TaskQueueBackend openBackend();

    /**
     * Returns the time after which a waiting worker can be sure that there is no task for it.
     *
     * @return a little more than the implementation needs to notice due retries and expired leases, and well under a
     *     third of the lease
     */
    protected Duration look() {
        return Duration.ofMillis(700);
    }

    @BeforeEach
    void open() {
        backend = openBackend();
        mine = openWorker();
        // Tests check after two thirds of the lease. If time is real, more of the lease passes during the check.
        assertThat(mine.lease())
                .as("the lease, which must be longer than three times look(), %s", look())
                .isGreaterThan(look().multipliedBy(3));
        assertThat(mine.lease())
                .as("the lease, which must be at least %d s, since a busy machine pauses", LEAST_LEASE.toSeconds())
                .isGreaterThanOrEqualTo(LEAST_LEASE);
        other = openWorker();
    }

    @AfterEach
    void close() throws InterruptedException {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        workers.forEach(TaskQueue::close);
        backend.close();
    }

    TaskQueue openWorker() {
        TaskQueue worker = backend.openWorker();
        workers.add(worker);
        return worker;
    }

    List<String> submit(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> backend.submit(String.valueOf(i)))
                .toList();
    }

    void passALease() {
        backend.passTime(mine.lease().plusSeconds(1));
    }

    static List<Delivery> receive(TaskQueue worker, int count) throws InterruptedException {
        List<Delivery> received = new ArrayList<>();
        long start = System.nanoTime();
        while (received.size() < count && System.nanoTime() - start < PATIENCE.toNanos()) {
            received.addAll(worker.receive(count - received.size(), A_MOMENT));
        }
        assertThat(received).as("the received deliveries").hasSize(count);
        return received;
    }

    /** Receives tasks until the implementation has certainly noticed all due retries and expired leases. */
    List<Delivery> lookWith(TaskQueue worker) throws InterruptedException {
        List<Delivery> received = new ArrayList<>(worker.receive(10, look()));
        received.addAll(worker.receive(10, Duration.ZERO));
        return received;
    }

    void assertNothingToReceive() throws InterruptedException {
        Future<List<Delivery>> others = threads.submit(() -> lookWith(other));
        assertThat(lookWith(mine)).isEmpty();
        assertThat(others).succeedsWithin(PATIENCE).asInstanceOf(LIST).isEmpty();
    }

    void assertHasNoEffect(Delivery delivery) {
        assertThat(mine.complete(List.of(delivery))).isEmpty();
        assertThat(mine.handBack(List.of(delivery))).isEmpty();
        assertThat(mine.retryLater(List.of(new Retry(delivery, Duration.ZERO)))).isEmpty();
        assertThat(mine.giveUp(List.of(new DeadLetter(delivery, FailureKind.TASK, "late", null))))
                .isEmpty();
        assertThat(backend.deadPayloads()).isEmpty();
    }
}
