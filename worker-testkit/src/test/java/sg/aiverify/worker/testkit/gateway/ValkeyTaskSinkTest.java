package sg.aiverify.worker.testkit.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.resps.StreamGroupInfo;
import sg.aiverify.worker.testkit.valkey.EmbeddedValkey;

class ValkeyTaskSinkTest {
    private static EmbeddedValkey valkey;

    @BeforeAll
    static void startValkey() {
        valkey = EmbeddedValkey.start();
    }

    @AfterAll
    static void stopValkey() {
        valkey.close();
    }

    @BeforeEach
    void emptyValkey() {
        try (RedisClient client = RedisClient.create(valkey.host(), valkey.port())) {
            client.flushAll();
        }
    }

    @Test
    void anEntryHasTheTaskAsItsOnlyField() {
        try (RedisClient client = RedisClient.create(valkey.host(), valkey.port());
                ValkeyTaskSink sink = new ValkeyTaskSink(valkey.host(), valkey.port())) {
            String id = sink.add("{\"id\": \"1\"}");

            assertThat(client.xrange(ValkeyTaskSink.STREAM, "-", "+"))
                    .singleElement()
                    .satisfies(entry -> {
                        assertThat(entry.getID()).hasToString(id);
                        assertThat(entry.getFields()).isEqualTo(Map.of("task", "{\"id\": \"1\"}"));
                    });
        }
    }

    @Test
    void theGroupIsCreatedOnceBeforeTheFirstEntryAndNotAgainAfterALoss() {
        try (RedisClient client = RedisClient.create(valkey.host(), valkey.port());
                ValkeyTaskSink sink = new ValkeyTaskSink(valkey.host(), valkey.port());
                ValkeyTaskSink second = new ValkeyTaskSink(valkey.host(), valkey.port())) {
            sink.add("{}");
            second.add("{}");
            StreamGroupInfo group = client.xinfoGroups(ValkeyTaskSink.STREAM).get(0);
            assertThat(group.getName()).isEqualTo(ValkeyTaskSink.GROUP);
            assertThat(group.getLastDeliveredId()).isEqualTo(new StreamEntryID(0, 0));

            client.flushAll();
            sink.add("{}");
            assertThat(client.xinfoGroups(ValkeyTaskSink.STREAM)).isEmpty();
        }
    }

    @Test
    void aDeletedEntryIsGoneAndAnUnknownOneIgnored() {
        try (RedisClient client = RedisClient.create(valkey.host(), valkey.port());
                ValkeyTaskSink sink = new ValkeyTaskSink(valkey.host(), valkey.port())) {
            String id = sink.add("{}");

            sink.delete(id);
            sink.delete(id);

            assertThat(client.xlen(ValkeyTaskSink.STREAM)).isZero();
        }
    }

    @Test
    void aQueueThatIsAwayThrows() {
        try (EmbeddedValkey other = EmbeddedValkey.start();
                ValkeyTaskSink sink = new ValkeyTaskSink(other.host(), other.port())) {
            other.close();

            assertThatThrownBy(() -> sink.add("{}")).isInstanceOf(JedisException.class);
        }
    }
}
