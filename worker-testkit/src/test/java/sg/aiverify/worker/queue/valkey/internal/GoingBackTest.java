package sg.aiverify.worker.queue.valkey.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static sg.aiverify.worker.queue.valkey.internal.ValkeyTaskQueue.GROUP;
import static sg.aiverify.worker.queue.valkey.internal.ValkeyTaskQueue.OWN_KEYS;
import static sg.aiverify.worker.queue.valkey.internal.ValkeyTaskQueue.STREAM;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.params.XReadGroupParams;
import redis.clients.jedis.resps.StreamEntry;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.Retry;

/** The command in the documentation that returns the remaining tasks to Python workers. */
class GoingBackTest extends OnEachServer {
    @Test
    void pythonWorkersReceiveTasksOfJavaWorkersOnlyAfterTheDocumentedCommand() throws Exception {
        try (ValkeyTaskQueue queue = backend.openWorker()) {
            queue.connect();
            backend.submit("of a Python worker");
            readAsPython();
            List.of("retried", "returned", "cancelled", "of a killed worker").forEach(backend::submit);
            List<Delivery> received = queue.receive(4, PATIENCE);
            queue.retryLater(List.of(
                    new Retry(received.get(0), Duration.ofHours(1)), new Retry(received.get(2), Duration.ofHours(1))));
            queue.handBack(List.of(received.get(1)));
            backend.delete(received.get(2).id());
        }
        assertThat(readAsPython()).isEmpty();

        Object moved = jedis.eval(command(), List.of(STREAM, OWN_KEYS + "retry"), List.of(GROUP));

        assertThat(moved).isEqualTo(3L);
        assertThat(readAsPython())
                .extracting(entry -> entry.getFields().get("task"))
                .containsExactly("retried", "returned", "of a killed worker");
        assertThat(jedis.xpending(STREAM, GROUP).getConsumerMessageCount())
                .containsExactly(Map.entry(OTHER_CONSUMER, 4L));
        assertThat(jedis.exists(OWN_KEYS + "retry")).isFalse();
    }

    private static String command() throws IOException {
        Matcher command = Pattern.compile("valkey-cli EVAL \"([^\"]+)\" 2 " + Pattern.quote(STREAM) + " '"
                        + Pattern.quote(OWN_KEYS) + "retry' " + GROUP)
                .matcher(Files.readString(Path.of("..", "docs", "differences.md")));
        assertThat(command.find()).isTrue();
        return command.group(1);
    }

    /** Reads as a Python worker does: only entries that were never delivered. */
    private List<StreamEntry> readAsPython() {
        var read = jedis.xreadGroup(
                GROUP,
                OTHER_CONSUMER,
                XReadGroupParams.xReadGroupParams().count(10),
                Map.of(STREAM, StreamEntryID.XREADGROUP_UNDELIVERED_ENTRY));
        return read == null ? List.of() : read.get(0).getValue();
    }
}
