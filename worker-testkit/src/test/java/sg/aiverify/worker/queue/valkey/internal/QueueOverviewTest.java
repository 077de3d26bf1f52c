package sg.aiverify.worker.queue.valkey.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.StreamEntryID;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.testkit.valkey.EmbeddedValkey;

class QueueOverviewTest {
    @Test
    void theOverviewCountsEntriesAndCreatesNothing() throws Exception {
        try (EmbeddedValkey server = EmbeddedValkey.start();
                Jedis jedis = new Jedis(server.host(), server.port())) {
            ValkeySettings settings = ValkeySettings.from(Settings.of(server.environment()));
            OptionalLong none = OptionalLong.empty();

            QueueOverview empty = QueueOverview.of(settings);
            assertThat(empty.server()).matches("(Valkey|Redis) [0-9.]+");
            assertThat(empty).isEqualTo(new QueueOverview(empty.server(), none, none, none, none));
            assertThat(jedis.keys("*")).isEmpty();

            for (int i = 0; i < 3; i++) {
                jedis.xadd(ValkeyTaskQueue.STREAM, StreamEntryID.NEW_ENTRY, Map.of("task", "{}"));
            }
            jedis.xgroupCreate(ValkeyTaskQueue.STREAM, "somebody-elses", new StreamEntryID(0, 0), false);
            assertThat(QueueOverview.of(settings))
                    .isEqualTo(new QueueOverview(empty.server(), OptionalLong.of(3), none, none, none));

            try (ValkeyTaskQueue queue = ValkeyTaskQueue.from(Settings.of(server.environment()))) {
                List<Delivery> received = queue.receive(2, Duration.ofSeconds(20));
                assertThat(received).hasSize(2);
                assertThat(QueueOverview.of(settings))
                        .isEqualTo(new QueueOverview(
                                empty.server(),
                                OptionalLong.of(3),
                                OptionalLong.of(1),
                                OptionalLong.of(2),
                                OptionalLong.of(0)));
                queue.handBack(List.of(received.get(0)));
                assertThat(QueueOverview.of(settings))
                        .isEqualTo(new QueueOverview(
                                empty.server(),
                                OptionalLong.of(3),
                                OptionalLong.of(1),
                                OptionalLong.of(1),
                                OptionalLong.of(1)));
            }

            jedis.replicaof("127.0.0.1", 1);
            assertThatThrownBy(() -> QueueOverview.of(settings))
                    .isInstanceOf(ServiceUnavailableException.class)
                    .hasMessageContaining("is a read-only replica (READONLY); set VALKEY_HOST_ADDRESS to");
        }
    }
}
