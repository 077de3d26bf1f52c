package sg.aiverify.worker.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.FailureKind;
import sg.aiverify.worker.queue.DeadLetter;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.Retry;
import sg.aiverify.worker.queue.valkey.internal.ValkeyTaskQueue;
import sg.aiverify.worker.testkit.gateway.ValkeyTaskSink;
import sg.aiverify.worker.testkit.valkey.EmbeddedValkey;

/** The diagram in docs/architecture.md has the keys that a queue stores in a real server. */
class DocumentedKeysTest {
    private static final Duration WAIT = Duration.ofSeconds(20);
    private static final String RUN = "2b5c9d1e3f4a4b6c8d7e9f0a1b2c3d4e";

    @Test
    void theKeysInTheServerAndTheirTypesAreThoseOfThePage() throws Exception {
        Flowchart chart = Flowchart.read(Sample.from("architecture.md", "keys"));
        Map<String, String> drawn = chart.nodes().values().stream()
                .filter(node -> node.group().equals("valkey"))
                .map(Flowchart.Node::lines)
                .collect(Collectors.toMap(
                        lines -> lines.get(0), lines -> lines.get(1).replaceAll(":.*", "")));
        Map<String, String> seen = new TreeMap<>();

        try (EmbeddedValkey server = EmbeddedValkey.start();
                ValkeyTaskSink gateway = new ValkeyTaskSink(server.host(), server.port());
                ValkeyTaskQueue queue = ValkeyTaskQueue.from(Settings.of(server.environment()))) {
            queue.connect();
            List.of("1", "2", "3").forEach(gateway::add);
            List<Delivery> received = queue.receive(3, WAIT);
            assertThat(received).hasSize(3);
            queue.acquireReportRight(received.get(0), RUN);
            queue.retryLater(List.of(new Retry(received.get(1), Duration.ofHours(1))));
            queue.giveUp(List.of(new DeadLetter(received.get(2), FailureKind.TASK, "none", null)));
            // Some keys live for less than a second.
            await().pollInSameThread().atMost(WAIT).untilAsserted(() -> {
                queue.receive(1, Duration.ZERO);
                seen.putAll(keys(server, queue.worker()));
                assertThat(seen).isEqualTo(drawn);
            });
        }
    }

    /** Returns the types of all keys. The page's words replace parts of keys that differ from run to run. */
    private static Map<String, String> keys(EmbeddedValkey server, String consumer) throws IOException {
        try (Socket socket = new Socket(server.host(), server.port());
                PrintStream out = new PrintStream(socket.getOutputStream(), true, StandardCharsets.UTF_8);
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            Map<String, String> types = new TreeMap<>();
            out.print("KEYS *\r\n");
            // An array: its length, then of each text the length and the text.
            String[] keys = new String[Integer.parseInt(in.readLine().substring(1))];
            for (int i = 0; i < keys.length; i++) {
                in.readLine();
                keys[i] = in.readLine();
            }
            for (String key : keys) {
                out.print("TYPE " + key + "\r\n");
                String type = in.readLine().substring(1);
                if (!type.equals("none")) { // it has expired meanwhile
                    types.put(key.replace(consumer, "CONSUMER").replace(RUN, "RUN"), type);
                }
            }
            return types;
        }
    }
}
