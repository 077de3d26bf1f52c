package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.queue.VerdictClaim;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.CancellationSource;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.task.Task;

/** What a run may tell while its claim changes hands. */
class WhileOursTest {
    @TempDir
    Path directory;

    private final CancellationSource phase = new CancellationSource();

    @Test
    void eachStepOfTellingAnErrorAsksWhoseTheRunIs() {
        AtomicInteger asked = new AtomicInteger();
        WhileOurs ours = new WhileOurs(phase, () -> {
            asked.incrementAndGet();
            return VerdictClaim.KEPT;
        });

        assertThatCode(ours::throwIfCancelled).doesNotThrowAnyException();
        assertThatCode(ours::throwIfCancelled).doesNotThrowAnyException();

        assertThat(asked).hasValue(2);
        assertThat(ours.reason()).isEmpty();
        phase.cancel(CancelReason.SHUTDOWN);
        assertThat(ours.reason()).contains(CancelReason.SHUTDOWN);
        assertThatThrownBy(ours::throwIfCancelled).isInstanceOf(RunCancelledException.class);
        assertThat(asked).hasValue(2);
    }

    @Test
    void anErrorIsNotToldWhileAnotherDeliveryOfTheRunReports() {
        WhileOurs ours = new WhileOurs(phase, () -> VerdictClaim.TAKEN);

        assertThatThrownBy(ours::throwIfCancelled)
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContaining("Another delivery");
    }

    @Test
    void aResultIsKeptBackWhileAnotherDeliveryOfTheRunReports() throws Exception {
        Task task = Task.builder("5f7b1c9e-2f35-4a0c-9d3c-0a6c5b9f1e11")
                .algorithm("test.plugin", "test_algorithm")
                .model(ModelType.CLASSIFICATION, "model.sav")
                .testDataset("data.sav")
                .build();
        ScheduledExecutorService timer = EngineThreads.timer("test", 1);
        try (RunScope run = new RunScope(
                task,
                1,
                directory,
                phase,
                new ProgressRelay(timer, Duration.ofSeconds(1), percent -> {}),
                () -> VerdictClaim.TAKEN)) {
            assertThatThrownBy(run::confirm).isInstanceOf(InfrastructureException.class);
        } finally {
            timer.shutdownNow();
        }
    }
}
