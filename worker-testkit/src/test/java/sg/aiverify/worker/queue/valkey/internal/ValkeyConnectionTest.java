package sg.aiverify.worker.queue.valkey.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.StreamEntryID;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.LeaseState;
import sg.aiverify.worker.testkit.valkey.EmbeddedValkey;

@ParameterizedClass
@EnumSource(ServerKind.class)
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ValkeyConnectionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Parameter
    private ServerKind kind;

    @TempDir
    private Path directory;

    @Test
    void theQueueContinuesAfterTheServerCrashedAndRestarted() throws InterruptedException {
        try (EmbeddedValkey server = kind.builder().keepDataIn(directory).start();
                ValkeyTaskQueue queue = connected(server, Map.of())) {
            submit(server, "held");
            submit(server, "to come");
            Delivery held = queue.receive(1, PATIENCE).get(0);
            server.kill();
            assertThatThrownBy(() -> queue.extend(List.of(held))).isInstanceOf(ServiceUnavailableException.class);
            assertThatThrownBy(() -> queue.receive(1, PATIENCE)).isInstanceOf(ServiceUnavailableException.class);
            server.restart();

            assertThat(queue.extend(List.of(held))).containsEntry(held, LeaseState.HELD);
            assertThat(queue.receive(1, PATIENCE)).extracting(Delivery::payload).containsExactly("to come");
            assertThat(queue.complete(List.of(held))).containsExactly(held);
        }
    }

    @Test
    void theQueueContinuesAfterTheServerRestartedWithoutItsData() throws InterruptedException {
        try (EmbeddedValkey server = kind.builder().start();
                ValkeyTaskQueue queue = connected(server, Map.of())) {
            submit(server, "lost");
            Delivery lost = queue.receive(1, PATIENCE).get(0);
            server.restart();
            assertThatThrownBy(() -> queue.receive(1, PATIENCE)).isInstanceOf(ServiceUnavailableException.class);
            assertThatThrownBy(() -> queue.extend(List.of(lost))).isInstanceOf(ServiceUnavailableException.class);
            submit(server, "new");

            assertThat(queue.extend(List.of(lost))).containsEntry(lost, LeaseState.DELETED);
            assertThat(queue.receive(5, PATIENCE)).extracting(Delivery::payload).containsExactly("new");
        }
    }

    @Test
    void aReadInProgressFailsWhenTheServerBecomesUnavailable() {
        try (EmbeddedValkey server = kind.builder().start();
                ValkeyTaskQueue queue = connected(server, Map.of());
                Jedis jedis = new Jedis(server.host(), server.port())) {
            CompletableFuture<Void> waiting =
                    CompletableFuture.runAsync(() -> assertThatThrownBy(() -> queue.receive(1, PATIENCE))
                            .isInstanceOf(ServiceUnavailableException.class)
                            .hasMessageContaining("127.0.0.1:" + server.port()));
            await().atMost(PATIENCE).until(() -> jedis.info("clients").contains("blocked_clients:1"));
            server.kill();

            assertThat(waiting).succeedsWithin(PATIENCE);
        }
    }

    @Test
    void aPasswordIsUsed() throws Exception {
        Path file = Files.writeString(directory.resolve("password"), "secret-of-the-server\n");
        try (EmbeddedValkey server =
                kind.builder().password("secret-of-the-server").start()) {
            connected(server, Map.of("VALKEY_PASSWORD", "secret-of-the-server")).close();
            connected(server, Map.of("VALKEY_PASSWORD_FILE", file.toString())).close();
        }
    }

    @Test
    void aWrongOrMissingPasswordIsTheOperatorsToSet() {
        try (EmbeddedValkey server =
                        kind.builder().password("secret-of-the-server").start();
                ValkeyTaskQueue wrong = queue(server, Map.of("VALKEY_PASSWORD", "something-else"));
                ValkeyTaskQueue missing = queue(server, Map.of())) {
            assertThatThrownBy(wrong::connect)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContainingAll("127.0.0.1:" + server.port(), "WRONGPASS", "VALKEY_PASSWORD")
                    .hasMessageNotContaining(".;")
                    .hasMessageNotContaining("something-else");
            assertThatThrownBy(missing::connect)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContainingAll("NOAUTH", "VALKEY_PASSWORD")
                    .hasMessageNotContaining("HELLO")
                    .hasMessageNotContaining(".;");
            assertThatThrownBy(() -> missing.receive(1, PATIENCE)).isInstanceOf(ServiceUnavailableException.class);
        }
    }

    @Test
    void aUserWithoutTheRightsIsTheOperatorsToChange() {
        try (EmbeddedValkey server = kind.builder()
                        .user(
                                "reader",
                                "on",
                                ">secret-of-the-user",
                                "~*",
                                "-@all",
                                "+xgroup",
                                "+@connection",
                                "+@scripting")
                        .start();
                ValkeyTaskQueue queue =
                        queue(server, Map.of("VALKEY_USERNAME", "reader", "VALKEY_PASSWORD", "secret-of-the-user"))) {
            assertThatThrownBy(queue::connect)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("VALKEY_USERNAME");
        }
    }

    @Test
    void aKeyThatIsNoStreamIsTheOperatorsToRemove() {
        try (EmbeddedValkey server = kind.builder().start();
                Jedis jedis = new Jedis(server.host(), server.port());
                ValkeyTaskQueue queue = queue(server, Map.of())) {
            jedis.set(ValkeyTaskQueue.STREAM, "text");
            assertThatThrownBy(queue::connect)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("is not a stream");
        }
    }

    @Test
    void tlsTrustsTheAuthorityOfTheFile() throws Exception {
        TlsFiles files = TlsFiles.create(directory);
        try (EmbeddedValkey server = tlsServer(files);
                ValkeyTaskQueue queue = tlsQueue(server, "127.0.0.1", files.certificate())) {
            queue.connect();
            submit(server, "encrypted");
            assertThat(queue.complete(queue.receive(1, PATIENCE))).hasSize(1);
        }
    }

    @Test
    void tlsRefusesAServerOfAnotherAuthorityOrName() throws Exception {
        TlsFiles files = TlsFiles.create(directory);
        TlsFiles others = TlsFiles.create(Files.createDirectory(directory.resolve("others")));
        try (EmbeddedValkey server = tlsServer(files);
                ValkeyTaskQueue otherAuthority = tlsQueue(server, "127.0.0.1", others.certificate());
                ValkeyTaskQueue otherName = tlsQueue(server, "localhost", files.certificate())) {
            assertThatThrownBy(otherAuthority::connect)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContainingAll("TLS", "VALKEY_CA_FILE");
            assertThatThrownBy(otherName::connect)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContainingAll("TLS", "localhost");
        }
    }

    @Test
    void aServerThatExpectsTlsGetsAHint() throws Exception {
        try (EmbeddedValkey server = tlsServer(TlsFiles.create(directory));
                ValkeyTaskQueue queue = queue(Map.of("VALKEY_PORT", String.valueOf(server.tlsPort())))) {
            assertThatThrownBy(queue::connect)
                    .isInstanceOf(ServiceUnavailableException.class)
                    .hasMessageContaining("VALKEY_TLS");
        }
    }

    private EmbeddedValkey tlsServer(TlsFiles files) {
        return kind.builder()
                .tls(files.certificate(), files.key(), files.certificate())
                .start();
    }

    private static ValkeyTaskQueue tlsQueue(EmbeddedValkey server, String host, Path authority) {
        return queue(Map.of(
                "VALKEY_HOST_ADDRESS",
                host,
                "VALKEY_PORT",
                String.valueOf(server.tlsPort()),
                "VALKEY_TLS",
                "true",
                "VALKEY_CA_FILE",
                authority.toString()));
    }

    private static ValkeyTaskQueue connected(EmbeddedValkey server, Map<String, String> more) {
        ValkeyTaskQueue queue = queue(server, more);
        queue.connect();
        return queue;
    }

    private static ValkeyTaskQueue queue(EmbeddedValkey server, Map<String, String> more) {
        Map<String, String> values = new HashMap<>(server.environment());
        values.putAll(more);
        return queue(values);
    }

    private static ValkeyTaskQueue queue(Map<String, String> values) {
        return ValkeyTaskQueue.from(Settings.of(values));
    }

    private static void submit(EmbeddedValkey server, String payload) {
        try (Jedis jedis = new Jedis(server.host(), server.port())) {
            jedis.xadd(ValkeyTaskQueue.STREAM, StreamEntryID.NEW_ENTRY, Map.of("task", payload));
        }
    }
}
