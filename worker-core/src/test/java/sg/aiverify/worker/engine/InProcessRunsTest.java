package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.ScriptedPipeline;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.stage.Demand;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.task.Task;

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
                .listener(events)
                .build();
    }

    private void run() throws InterruptedException {
        events.all.clear();
        try (Worker worker = build()) {
            worker.run(scripted.task("{}"));
        }
    }

    @Test
    void aListenerSeesTheEndOfARunInProcess() throws InterruptedException {
        run();
        assertThat(events.all).containsExactly("started", "succeeded");

        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            throw new TaskFailedException("the algorithm raised");
        });
        run();
        assertThat(events.all).containsExactly("started", "failed");

        scripted.errorsAccepted = false;
        run();
        assertThat(events.all).containsExactly("started", "cancelled");

        scripted.demand = runId -> Demand.NOT_NEEDED;
        run();
        assertThat(events.all).containsExactly("cancelled");
    }

    @Test
    void anErrorThatItsModuleCannotReportIsAnOutcomeThatEveryListenerSees() throws InterruptedException {
        List<String> plain = new ArrayList<>();
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            throw new TaskFailedException("the algorithm raised");
        });
        scripted.reporting = runId -> {
            throw new IllegalStateException("a bug; the password is s3cr3t-word");
        };
        try (Worker worker = scripted.worker(directory.resolve("data"), Map.of("VALKEY_PASSWORD", "s3cr3t-word"))
                .listener(events)
                .listener(new RunListener() {
                    @Override
                    public void failed(Task task, Failure failure) {
                        plain.add(failure.text());
                    }
                })
                .build()) {
            Outcome.Failed outcome = (Outcome.Failed) worker.run(scripted.task("{}"));

            assertThat(outcome.failure().text()).isEqualTo("pipeline_execute: the algorithm raised");
            assertThat(outcome.unreported())
                    .contains("could not report the error")
                    .contains("a bug");
            assertThat(outcome.unreported()).doesNotContain("s3cr3t-word");
        }
        assertThat(events.all).containsExactly("started", "unreported");
        assertThat(plain).containsExactly("pipeline_execute: the algorithm raised");
    }

    @Test
    void aModuleOfTheErrorStageThatOverflowsTheStackIsBrokenLikeAnyOther() throws InterruptedException {
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            throw new TaskFailedException("the algorithm raised");
        });
        scripted.reporting = runId -> {
            throw new StackOverflowError();
        };
        try (Worker worker = build()) {
            assertThat(((Outcome.Failed) worker.run(scripted.task("{}"))).unreported())
                    .contains("stack overflow");
        }
    }

    @Test
    void aStatusRequestThatTheUploadModuleCannotHandleFailsTheNextStageAndNamesTheModule() throws InterruptedException {
        scripted.demand = runId -> {
            throw new IllegalStateException("a bug in the upload module");
        };
        try (Worker worker = build()) {
            Outcome outcome = worker.run(scripted.task("{}"));

            assertThat(((Outcome.Failed) outcome).failure().text())
                    .startsWith("download: ")
                    .contains("Upload failed: ", "a bug in the upload module");
        }
    }

    @Test
    void aTaskRefusedBeforeTheDownloadIsNotBlamedOnTheLastCalledModule() throws InterruptedException {
        Task uplift = Task.builder("0b9c1f1e-6f0c-4d4c-9a55-3d0d5b0e7a11")
                .algorithm("test.plugin", "test_algorithm")
                .model(ModelType.UPLIFT, "model.sav")
                .testDataset("data.sav")
                .build();
        try (Worker worker = build()) {
            assertThat(((Outcome.Failed) worker.run(uplift)).failure().stage()).isEqualTo("download");
        }
    }

    @Test
    void closingTheWorkerWaitsForARunInProcessBeforeItClosesTheModules() throws Exception {
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
