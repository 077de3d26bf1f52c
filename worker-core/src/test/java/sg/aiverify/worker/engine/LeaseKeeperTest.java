package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.pipeline.Demand;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.memory.InMemoryTaskQueue;
import sg.aiverify.worker.queue.valkey.ValkeyTaskQueue;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.Waiting;

class LeaseKeeperTest {
    private final Logger logger = (Logger) LogManager.getLogger(LeaseKeeper.class);
    private final Level levelBefore = logger.getLevel();
    private final Warnings warnings = new Warnings();

    @BeforeEach
    void listen() {
        warnings.start();
        logger.addAppender(warnings);
        // Adding an appender sets the level back.
        logger.setLevel(Level.WARN);
    }

    @AfterEach
    void listenNoMore() {
        logger.removeAppender(warnings);
        logger.setLevel(levelBefore);
    }

    @Test
    void aQueueThatIsAwayIsWarnedAboutOnlyWhereALeaseIsAtStake() throws IOException {
        try (ValkeyTaskQueue away = ValkeyTaskQueue.from(Settings.of(Map.of("VALKEY_PORT", closedPort())))) {
            LeaseKeeper leases = new LeaseKeeper(
                    away,
                    new VanishedRuns(Runnable::run, (delivery, cancellation) -> Demand.WANTED, Waiting.AS_PLANNED),
                    new QueueContact().leases());

            leases.run();
            assertThat(warnings.messages).isEmpty();

            leases.add(new Delivery("1-0", 1, "{}"), new Flight());
            leases.run();
            assertThat(warnings.messages)
                    .singleElement()
                    .asString()
                    .startsWith("Leases were not extended (1 in flight): Valkey at 127.0.0.1:");
        }
    }

    @Test
    void aDeliveryThatComesAgainReplacesOnlyARunThatReportsNothingMore() {
        LeaseKeeper leases = new LeaseKeeper(
                new InMemoryTaskQueue(Duration.ofSeconds(60)),
                new VanishedRuns(Runnable::run, (delivery, cancellation) -> Demand.WANTED, Waiting.AS_PLANNED),
                new QueueContact().leases());
        Delivery delivery = new Delivery("1-0", 1, "{}");
        Flight first = new Flight();
        Flight second = new Flight();
        assertThat(leases.add(delivery, first)).isTrue();
        assertThat(leases.add(delivery, new Flight())).isFalse();

        first.stop(CancelReason.LEASE_LOST);
        assertThat(leases.add(delivery, second)).isTrue();

        // The end of the first does not take the lease from the second.
        first.land();
        leases.remove(delivery);
        assertThat(leases.count()).isEqualTo(1);
        second.land();
        leases.remove(delivery);
        assertThat(leases.count()).isZero();
    }

    private static String closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "" + socket.getLocalPort();
        }
    }

    private static final class Warnings extends AbstractAppender {
        private final List<String> messages = new CopyOnWriteArrayList<>();

        Warnings() {
            super("warnings", null, null, false, Property.EMPTY_ARRAY);
        }

        @Override
        public void append(LogEvent event) {
            messages.add(event.getMessage().getFormattedMessage());
        }
    }
}
