package sg.aiverify.worker.queue.valkey.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.StreamEntryID;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.FailureKind;
import sg.aiverify.worker.failure.WorkerException;
import sg.aiverify.worker.queue.DeadLetter;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.LeaseState;
import sg.aiverify.worker.queue.ReportRight;
import sg.aiverify.worker.queue.Retry;
import sg.aiverify.worker.testkit.machine.Needs;
import sg.aiverify.worker.testkit.valkey.EmbeddedValkey;

/** A user with exactly the rights in the documentation, and a worker with its own certificate. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ValkeyAccessTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String RUN = "5f7b1c9e-2f35-4a0c-9d3c-0a6c5b9f1e11";

    private static final ValkeyTiming TIMING = new ValkeyTiming(Duration.ofMillis(20), Duration.ofSeconds(5));

    @TempDir
    private Path directory;

    private static List<String> documentedRules() throws IOException {
        String line = Files.readAllLines(Path.of("../docs/operating.md")).stream()
                .filter(each -> each.startsWith("ACL SETUSER aiverify-worker "))
                .findFirst()
                .orElseThrow();
        return Arrays.stream(line.split(" ")).skip(3).toList();
    }

    private static String[] rules(ServerKind kind) throws IOException {
        Stream<String> rules = documentedRules().stream();
        return (kind == ServerKind.BUNDLED
                        ? rules.map(rule -> rule.startsWith("+") ? rule.replaceFirst("\\|.*", "") : rule)
                                .distinct()
                        : rules)
                .toArray(String[]::new);
    }

    /** Redis 6.2 has no rights for single subcommands, no lag, and no statistics by subcommand. */
    private static void needsNewerThanBundled(EmbeddedValkey server) {
        Needs.that(
                !server.version().startsWith("Redis server 6."),
                "Valkey or Redis 7",
                "no newer valkey-server or redis-server on the PATH than " + server.version());
    }

    @Test
    void theDocumentedRightsSufficeForEverythingAndEachIsUsed() throws Exception {
        try (EmbeddedValkey server = EmbeddedValkey.start();
                Jedis admin = new Jedis(server.host(), server.port())) {
            needsNewerThanBundled(server);
            doEverything(server, admin, ServerKind.INSTALLED);

            String statistics = admin.info("commandstats");
            assertThat(documentedRules())
                    .filteredOn(rule -> rule.startsWith("+"))
                    .allSatisfy(rule -> assertThat(statistics).contains("cmdstat_" + rule.substring(1) + ":"));
        }
    }

    @Test
    void aRightThatIsMissingIsReportedAtTheStart() throws Exception {
        try (EmbeddedValkey server = EmbeddedValkey.start();
                Jedis admin = new Jedis(server.host(), server.port())) {
            needsNewerThanBundled(server);
            Map<String, String> values = new HashMap<>(server.environment());
            values.putAll(Map.of("VALKEY_USERNAME", "aiverify-worker", "VALKEY_PASSWORD", "SECRET"));
            List<String> rules = List.of(rules(ServerKind.INSTALLED));
            // Only doctor uses it.
            List<String> rights = rules.stream()
                    .filter(rule -> rule.startsWith("+") && !rule.equals("+ping"))
                    .toList();
            assertThat(rights).hasSizeGreaterThan(20);
            for (String right : rights) {
                admin.aclDelUser("aiverify-worker");
                admin.aclSetUser(
                        "aiverify-worker",
                        rules.stream().filter(rule -> !rule.equals(right)).toArray(String[]::new));
                try (ValkeyTaskQueue queue = queue(values)) {
                    assertThatThrownBy(queue::connect)
                            .as(right)
                            .isInstanceOf(ConfigurationException.class)
                            .hasMessageContaining(right.substring(1));
                }
            }
            admin.aclSetUser("aiverify-worker", rules.toArray(String[]::new));
            try (ValkeyTaskQueue queue = queue(values)) {
                queue.connect();
            }
            assertThat(admin.exists(ValkeyTaskQueue.DEAD_LETTERS)).isFalse();
            assertThat(admin.xlen(ValkeyTaskQueue.STREAM)).isZero();
        }
    }

    @Test
    void onTheOldestServerTheDocumentedRightsSufficeToo() throws Exception {
        try (EmbeddedValkey server = EmbeddedValkey.builder().bundled().start();
                Jedis admin = new Jedis(server.host(), server.port())) {
            doEverything(server, admin, ServerKind.BUNDLED);
        }
    }

    private void doEverything(EmbeddedValkey server, Jedis admin, ServerKind kind) throws Exception {
        admin.aclSetUser("aiverify-worker", rules(kind));
        Map<String, String> values = new HashMap<>(server.environment());
        values.putAll(Map.of(
                "VALKEY_USERNAME", "aiverify-worker",
                "VALKEY_PASSWORD", "SECRET"));
        ValkeySettings settings = shortLeased(ValkeySettings.from(Settings.of(values)));
        try (ValkeyTaskQueue queue = new ValkeyTaskQueue(settings, TIMING);
                ValkeyTaskQueue dead = new ValkeyTaskQueue(settings, TIMING);
                QueueWatch watch = new QueueWatch(settings)) {
            assertThat(watch.depth()).isEqualTo(new QueueDepth(0, OptionalLong.empty(), OptionalLong.empty(), 0));
            queue.connect();
            dead.connect();
            // A new connection tries every right; only the rights that the work uses count.
            admin.configResetStat();
            submit(admin, 4);
            assertLooksLike(watch.depth(), kind, 4, 0, 4);
            List<Delivery> batch = queue.receive(4, PATIENCE);
            assertLooksLike(watch.depth(), kind, 4, 4, 0);
            assertThat(queue.extend(batch).values()).containsOnly(LeaseState.HELD);
            assertThat(queue.acquireReportRight(batch.get(0), RUN)).isEqualTo(ReportRight.ACQUIRED);
            assertThat(queue.acquireReportRight(batch.get(0), RUN)).isEqualTo(ReportRight.HELD);
            assertThat(queue.extend(batch).values()).containsOnly(LeaseState.HELD);
            assertThat(queue.complete(batch.subList(0, 1))).hasSize(1);
            assertThat(queue.handBack(batch.subList(1, 2))).hasSize(1);
            assertThat(queue.retryLater(List.of(new Retry(batch.get(2), Duration.ZERO))))
                    .hasSize(1);
            assertThat(queue.giveUp(List.of(letter(batch.get(3))))).hasSize(1);
            assertThat(receive(dead, 2)).hasSize(2);
            // The other worker's lease expires, its task is received here, and its consumer is removed.
            List<Delivery> takenOver = receive(queue, 2);
            assertThat(queue.complete(takenOver)).hasSize(2);
            await().atMost(PATIENCE).untilAsserted(() -> {
                assertThat(queue.receive(1, Duration.ofMillis(100))).isEmpty();
                assertThat(admin.xinfoConsumers2(ValkeyTaskQueue.STREAM, ValkeyTaskQueue.GROUP))
                        .extracting(consumer -> consumer.getName())
                        .doesNotContain(dead.worker());
            });
            // A retry with a lost schedule, and a deleted one.
            submit(admin, 1);
            queue.retryLater(List.of(new Retry(receive(queue, 1).get(0), Duration.ofHours(1))));
            admin.del(ValkeyTaskQueue.OWN_KEYS + "retry");
            assertThat(queue.complete(receive(queue, 1))).hasSize(1);
            // More dead letters than the limit.
            for (int i = 0; i < 4; i++) {
                submit(admin, 100);
                queue.giveUp(receive(queue, 100).stream()
                        .map(ValkeyAccessTest::letter)
                        .toList());
            }
            assertThat(admin.xlen(ValkeyTaskQueue.DEAD_LETTERS)).isBetween(100L, 200L);
            assertThat(watch.depth().deadLetters()).isEqualTo(admin.xlen(ValkeyTaskQueue.DEAD_LETTERS));
            // The group is lost.
            admin.xgroupDestroy(ValkeyTaskQueue.STREAM, ValkeyTaskQueue.GROUP);
            submit(admin, 1);
            assertThat(queue.complete(receive(queue, 1))).hasSize(1);
            assertThat(QueueOverview.of(settings).entries()).hasValue(0);
        }
        assertThat(admin.aclLog())
                .filteredOn(entry -> !entry.getObject().equals("info"))
                .isEmpty();
        assertThatThrownBy(() -> {
                    try (Jedis user = new Jedis(server.host(), server.port())) {
                        user.auth("aiverify-worker", "SECRET");
                        user.get("something-else");
                    }
                })
                .hasMessageContaining("NOPERM");
    }

    private static void assertLooksLike(QueueDepth depth, ServerKind kind, long entries, long pending, long lag) {
        assertThat(depth.entries()).isEqualTo(entries);
        assertThat(depth.pending()).hasValue(pending);
        // Redis 6.2 has no lag.
        assertThat(depth.lag()).isEqualTo(kind == ServerKind.BUNDLED ? OptionalLong.empty() : OptionalLong.of(lag));
    }

    /** Waits until leases expire. If the test made them older, it would use the rights that it counts. */
    private static ValkeySettings shortLeased(ValkeySettings settings) {
        return new ValkeySettings(
                settings.host(),
                settings.port(),
                settings.username(),
                settings.password(),
                false,
                null,
                null,
                null,
                Duration.ofMillis(500),
                null,
                false,
                100);
    }

    private static void submit(Jedis admin, int count) {
        IntStream.range(0, count)
                .forEach(i ->
                        admin.xadd(ValkeyTaskQueue.STREAM, StreamEntryID.NEW_ENTRY, Map.of("task", String.valueOf(i))));
    }

    private static List<Delivery> receive(ValkeyTaskQueue queue, int count) throws InterruptedException {
        List<Delivery> received = new ArrayList<>();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (received.size() < count && System.nanoTime() < end) {
            received.addAll(queue.receive(count - received.size(), Duration.ofSeconds(1)));
        }
        assertThat(received).hasSize(count);
        return received;
    }

    private static DeadLetter letter(Delivery delivery) {
        return new DeadLetter(delivery, FailureKind.TASK, "given up", RUN);
    }

    private Map<String, String> tls(EmbeddedValkey server, TlsFiles files) {
        Map<String, String> values = new HashMap<>(server.environment());
        values.putAll(Map.of(
                "VALKEY_PORT", String.valueOf(server.tlsPort()),
                "VALKEY_TLS", "true",
                "VALKEY_CA_FILE", files.certificate().toString()));
        return values;
    }

    private static ValkeyTaskQueue queue(Map<String, String> values) {
        return ValkeyTaskQueue.from(Settings.of(values));
    }

    @Test
    void aServerThatAsksForACertificateGetsTheWorkersOwn() throws Exception {
        TlsFiles files = TlsFiles.create(directory);
        TlsFiles strangers = TlsFiles.create(Files.createDirectory(directory.resolve("strangers")));
        try (EmbeddedValkey server = EmbeddedValkey.builder()
                        .tls(files.certificate(), files.key(), files.certificate())
                        .option("tls-auth-clients", "yes")
                        .start();
                Jedis admin = new Jedis(server.host(), server.port())) {
            Map<String, String> values = tls(server, files);
            try (ValkeyTaskQueue without = queue(values)) {
                // The connection may break before the server's reason arrives.
                assertThatThrownBy(without::connect)
                        .isInstanceOf(WorkerException.class)
                        .hasMessageContaining("VALKEY_CERT_FILE");
            }
            values.put("VALKEY_CERT_FILE", strangers.certificate().toString());
            values.put("VALKEY_KEY_FILE", strangers.key().toString());
            try (ValkeyTaskQueue stranger = queue(values)) {
                // The connection may break before the server's reason arrives.
                assertThatThrownBy(stranger::connect)
                        .isInstanceOf(WorkerException.class)
                        .hasMessageContaining("VALKEY_CERT_FILE");
            }
            values.put("VALKEY_CERT_FILE", files.certificate().toString());
            values.put("VALKEY_KEY_FILE", files.key().toString());
            try (ValkeyTaskQueue known = queue(values)) {
                known.connect();
                submit(admin, 1);
                assertThat(known.complete(receive(known, 1))).hasSize(1);
            }
        }
    }

    @Test
    void aCertificateThatCannotBeShownIsForTheOperatorToFix() throws Exception {
        TlsFiles files = TlsFiles.create(directory);
        String certificate = files.certificate().toString();
        Path noKey = Files.writeString(directory.resolve("no-key.pem"), "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n");
        Path otherKey = Files.writeString(
                directory.resolve("other-key.pem"),
                "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n");

        assertRefused(Map.of("VALKEY_TLS", "true", "VALKEY_CERT_FILE", certificate), "VALKEY_KEY_FILE go together");
        assertRefused(
                Map.of(
                        "VALKEY_CERT_FILE",
                        certificate,
                        "VALKEY_KEY_FILE",
                        files.key().toString()),
                "no effect without VALKEY_TLS");
        assertRefused(
                Map.of("VALKEY_TLS", "true", "VALKEY_CERT_FILE", certificate, "VALKEY_KEY_FILE", noKey.toString()),
                "openssl pkcs8 -topk8 -nocrypt");
        assertRefused(
                Map.of("VALKEY_TLS", "true", "VALKEY_CERT_FILE", certificate, "VALKEY_KEY_FILE", otherKey.toString()),
                "contains no key that matches");
        assertRefused(
                Map.of("VALKEY_TLS", "true", "VALKEY_CERT_FILE", "/absent", "VALKEY_KEY_FILE", noKey.toString()),
                "VALKEY_CERT_FILE=/absent cannot be used");
    }

    private static void assertRefused(Map<String, String> values, String why) {
        assertThatThrownBy(() -> queue(values).close())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(why)
                .hasMessageNotContaining("c2VjcmV0");
    }
}
