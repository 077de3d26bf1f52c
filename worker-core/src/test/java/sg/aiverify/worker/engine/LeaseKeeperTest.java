package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.CapturedLog;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.internal.Outage;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.queue.memory.InMemoryTaskQueue;
import sg.aiverify.worker.queue.valkey.internal.ValkeyTaskQueue;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.stage.Demand;

class LeaseKeeperTest {
    @Test
    void anUnavailableQueueIsLoggedOnceAndItsReconnectionWithItsAddress() throws IOException {
        AtomicLong now = new AtomicLong();
        AtomicBoolean isUnavailable = new AtomicBoolean(true);
        try (ValkeyTaskQueue unavailable = ValkeyTaskQueue.from(Settings.of(Map.of("VALKEY_PORT", closedPort())));
                CapturedLog log = new CapturedLog(Level.INFO)) {
            TaskQueue queue = (TaskQueue) Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {TaskQueue.class},
                    (proxy, method, arguments) -> method.getName().equals("extend") && !isUnavailable.get()
                            ? Map.of()
                            : invoke(method, unavailable, arguments));
            QueueHealth health = new QueueHealth(queue, new Outage(now::get));
            LeaseKeeper leases = new LeaseKeeper(
                    queue,
                    new RunsInProgress(),
                    new CancelDetector(
                            Runnable::run, new DemandUpload((run, cancellation) -> Demand.NEEDED), Waiting.AS_PLANNED),
                    health.leases());
            for (int i = 0; i < 10; i++) {
                leases.run();
                now.addAndGet(Duration.ofSeconds(2).toNanos());
            }

            assertThat(log.texts(Level.WARN)).singleElement().asString().startsWith("Valkey at 127.0.0.1:");
            assertThat(log.texts(Level.INFO)).isEmpty();
            isUnavailable.set(false);
            leases.run();
            leases.run();

            assertThat(log.texts(Level.INFO))
                    .containsExactly("Connected to " + unavailable.address() + " after 20.0 s");
            isUnavailable.set(true);
            leases.run();
            isUnavailable.set(false);
            leases.run();
            assertThat(log.texts(Level.WARN)).hasSize(2);
            assertThat(log.texts(Level.INFO)).last().asString().startsWith("Reconnected to Valkey at 127.0.0.1:");
        }
    }

    @Test
    void aQueueIsConnectedWhenAllItsClientsReachIt() {
        try (CapturedLog log = new CapturedLog(Level.INFO)) {
            QueueHealth health = new QueueHealth(new InMemoryTaskQueue(Duration.ofSeconds(60)), new Outage(() -> 0));
            for (int loss = 1; loss <= 2; loss++) {
                health.receiver().failed(new IllegalStateException("the connection broke"));
                health.leases().failed(new IllegalStateException("refused"));
                health.leases().responded();
                assertThat(log.texts(Level.INFO)).hasSize(loss - 1);
                health.receiver().responded();
                health.leases().responded();
            }
            assertThat(log.texts(Level.INFO))
                    .containsExactly(
                            "Ready: receiving tasks from the queue, which was unavailable for 0.0 s",
                            "Reconnected to the queue after 0.0 s");
            assertThat(log.texts(Level.WARN))
                    .hasSize(2)
                    .allMatch(text -> text.startsWith("the connection broke; retrying"));
        }
    }

    @Test
    void aWorkerIsReadyWhenTheQueueHasRespondedToItsReceiver() {
        try (CapturedLog log = new CapturedLog(Level.INFO)) {
            QueueHealth health = new QueueHealth(new InMemoryTaskQueue(Duration.ofSeconds(60)));
            health.leases().responded();
            assertThat(log.texts(Level.INFO)).isEmpty();
            health.receiver().responded();
            health.receiver().responded();

            assertThat(log.texts(Level.INFO)).containsExactly("Ready: receiving tasks from the queue");
        }
    }

    private static Object invoke(Method method, Object target, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    @Test
    void aRedeliveryReplacesOnlyARunThatReportsNothingMore() {
        RunsInProgress runs = new RunsInProgress();
        Delivery delivery = new Delivery("1-0", 1, "{}");
        StopSignal first = new StopSignal();
        StopSignal second = new StopSignal();
        assertThat(runs.add(delivery, first)).isTrue();
        assertThat(runs.add(delivery, new StopSignal())).isFalse();

        first.stop(CancelReason.LEASE_LOST);
        assertThat(runs.add(delivery, second)).isTrue();

        // The end of the first does not take the lease from the second.
        first.end();
        runs.remove(delivery);
        assertThat(runs.count()).isEqualTo(1);
        second.end();
        runs.remove(delivery);
        assertThat(runs.count()).isZero();
    }

    private static String closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "" + socket.getLocalPort();
        }
    }
}
