package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.ScriptedPipeline;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.queue.memory.InMemoryTaskQueue;
import sg.aiverify.worker.stage.Demand;
import sg.aiverify.worker.stage.Stage;

/** Tests failed runs whose error the gateway does not need. */
@Timeout(60)
class NotNeededErrorsTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private final ScriptedPipeline scripted = new ScriptedPipeline();
    private final InMemoryTaskQueue queue = new InMemoryTaskQueue(Duration.ofSeconds(30));
    private final SeenEvents events = new SeenEvents();
    private Worker worker;

    @BeforeEach
    void open() {
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            throw new TaskFailedException("the algorithm raised");
        });
        worker = scripted.worker(directory.resolve("data"), Map.of())
                .queue(queue)
                .listener(events)
                .build();
    }

    @AfterEach
    void close() {
        worker.close();
    }

    private void awaitCancelled() {
        await().atMost(BOUND).untilAsserted(() -> {
            assertThat(events.all).containsExactly("started", "cancelled");
            assertThat(queue.queued()).isZero();
            assertThat(queue.pending()).isZero();
        });
        assertThat(scripted.errors).isEmpty();
        assertThat(queue.deadLetters()).isEmpty();
    }

    @Test
    void aRunThatIsNotNeededWhenItsErrorIsReportedIsCompletedAndReportedAsCancelled() {
        scripted.errorsAccepted = false;
        queue.submit(scripted.task("{}").toJson());

        worker.start();

        awaitCancelled();
    }

    @Test
    void aRunThatIsCancelledWhileItsErrorCannotBeReportedIsCompletedAndReportedAsCancelled() throws Exception {
        CountDownLatch reporting = new CountDownLatch(1);
        scripted.reporting = runId -> {
            reporting.countDown();
            throw new ServiceUnavailableException("the gateway cannot be reached", null);
        };
        String entry = queue.submit(scripted.task("{}").toJson());
        worker.start();
        reporting.await();

        scripted.demand = runId -> Demand.NOT_NEEDED;
        queue.delete(entry);

        awaitCancelled();
    }
}
