package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.ScriptedPipeline;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.queue.memory.InMemoryTaskQueue;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.stage.Stage;

/** Tests a worker whose embedder sets the length of its pauses. */
@Timeout(60)
class PausesTest {
    private static final Duration BOUND = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final ScriptedPipeline scripted = new ScriptedPipeline();
    private final List<Duration> retries = new CopyOnWriteArrayList<>();
    private final List<Duration> intervals = new CopyOnWriteArrayList<>();

    private Duration record(Waiting.Reason reason, Duration planned) {
        (reason == Waiting.Reason.RETRY ? retries : intervals).add(planned);
        return ScriptedPipeline.HASTE.lasts(reason, planned);
    }

    @Test
    void aWorkerRequestsTheLengthOfEachPauseWithItsReason() {
        scripted.at(Stage.DOWNLOAD, run -> {
            if (run.attempt() <= 3) {
                throw new InfrastructureException("a hiccup");
            }
        });
        InMemoryTaskQueue queue = new InMemoryTaskQueue(Duration.ofMinutes(1));
        queue.submit(scripted.task("{}").toJson());
        try (Worker worker = scripted.worker(directory.resolve("data"), Map.of("TEWORKER_MAX_ATTEMPTS", "9"))
                .queue(queue)
                .waiting(this::record)
                .build()) {
            worker.start();
            await().atMost(BOUND).until(() -> scripted.uploads.size() == 1);
        }

        // Half to all of 2, 4 and 8 seconds.
        assertThat(retries).hasSize(3);
        for (int i = 0; i < retries.size(); i++) {
            assertThat(retries.get(i)).isBetween(Duration.ofSeconds(1L << i), Duration.ofSeconds(2L << i));
        }
        // Leases are extended every 2 s, and a read of the queue lasts as long.
        assertThat(intervals)
                .contains(Duration.ofSeconds(2))
                .allMatch(interval -> interval.compareTo(Duration.ofSeconds(2)) <= 0);
    }

    @Test
    void byDefaultAPauseLastsAsLongAsPlanned() {
        for (Waiting.Reason reason : Waiting.Reason.values()) {
            assertThat(Waiting.AS_PLANNED.lasts(reason, Duration.ofHours(3))).isEqualTo(Duration.ofHours(3));
        }
    }

    @Test
    void theLengthOfPausesIsRequired() {
        assertThatThrownBy(() -> Worker.builder().waiting(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("waiting");
    }
}
