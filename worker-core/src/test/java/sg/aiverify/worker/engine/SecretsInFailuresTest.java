package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.ScriptedPipeline;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.queue.memory.InMemoryTaskQueue;
import sg.aiverify.worker.stage.Stage;

@Timeout(60)
class SecretsInFailuresTest {
    private static final String PASSWORD = "correct-horse";

    @TempDir
    private Path directory;

    @Test
    void noFailureShowsAPasswordThatTheWorkerWasGiven() throws InterruptedException {
        ScriptedPipeline scripted = new ScriptedPipeline();
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            throw new TaskFailedException(
                    FailureText.withOutput("it printed", "password " + PASSWORD + ", correct\u001b[0m-horse, mine"));
        });
        try (Worker worker = scripted.worker(directory, Map.of("VALKEY_PASSWORD", PASSWORD, "OWN", "mine"))
                .secret(Setting.secret("OWN", "of the embedding program"))
                .queue(new InMemoryTaskQueue(Duration.ofSeconds(3)))
                .build()) {
            Outcome outcome = worker.run(scripted.task("{}"));

            assertThat(((Outcome.Failed) outcome).failure().text())
                    .isEqualTo("pipeline_execute: it printed\npassword ***, ***, ***");
        }
    }

    @Test
    void noDeadLetterShowsAPasswordFromTheErrorOfAModule() {
        ScriptedPipeline scripted = new ScriptedPipeline();
        scripted.at(Stage.PIPELINE_EXECUTE, run -> {
            throw new TaskFailedException("it failed");
        });
        scripted.reporting = runId -> {
            throw new IllegalStateException("no login with correct\u001b[0m-horse");
        };
        InMemoryTaskQueue queue = new InMemoryTaskQueue(Duration.ofSeconds(30));
        queue.submit(scripted.task("{}").toJson());
        try (Worker worker = scripted.worker(directory, Map.of("VALKEY_PASSWORD", PASSWORD))
                .queue(queue)
                .build()) {
            worker.start();

            await().atMost(Duration.ofSeconds(30))
                    .until(() -> !queue.deadLetters().isEmpty());
            assertThat(queue.deadLetters().get(0).reason())
                    .startsWith("pipeline_execute: it failed\n")
                    .endsWith("no login with ***");
        }
    }
}
