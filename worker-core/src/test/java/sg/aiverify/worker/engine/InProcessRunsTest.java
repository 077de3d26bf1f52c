package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.ScriptedPipeline;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipeline.Demand;
import sg.aiverify.worker.pipeline.Stage;

/** Runs in the caller's thread, without a queue. */
@Timeout(60)
class InProcessRunsTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private final ScriptedPipeline scripted = new ScriptedPipeline();
    private final SeenEvents events = new SeenEvents();

    private Worker build() {
        return scripted.worker(directory.resolve("data"), Map.of())
                .reporter(events)
                .build();
    }

    private void run() throws InterruptedException {
        events.all.clear();
        try (Worker worker = build()) {
            worker.run(scripted.task("{}"));
        }
    }

    @Test
    void aReporterHearsHowARunInProcessEnds() throws InterruptedException {
        run();
        assertThat(events.all).containsExactly("started", "succeeded");

        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            throw new TaskFailedException("the algorithm raised");
        });
        run();
        assertThat(events.all).containsExactly("started", "failed");

        scripted.wantsErrors = false;
        run();
        assertThat(events.all).containsExactly("started", "cancelled");

        scripted.demand = runId -> Demand.NOT_WANTED;
        run();
        assertThat(events.all).containsExactly("cancelled");
    }

    @Test
    void closingTheWorkerWaitsForWhatARunInProcessStillDoesAndClosesItsModulesThen() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            running.countDown();
            try {
                new CountDownLatch(1).await();
            } finally {
                stopped.countDown();
                goOn.await();
            }
        });
        Worker worker = build();
        FutureTask<Outcome> run = new FutureTask<>(() -> worker.run(scripted.task("{}")));
        new Thread(run).start();
        running.await();
        Thread closer = new Thread(worker::close);
        closer.start();
        stopped.await();
        await().atMost(BOUND).until(() -> closer.getState() == Thread.State.TIMED_WAITING);
        assertThat(scripted.closed).hasValue(0);

        goOn.countDown();
        closer.join(BOUND.toMillis());

        assertThat(scripted.closed).hasValue(1);
        assertThat(directory.resolve("data/runs")).isDirectoryNotContaining("glob:**/worker-*");
        assertThatThrownBy(run::get).hasCauseInstanceOf(InterruptedException.class);
    }
}
