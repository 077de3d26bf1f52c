package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.ScriptedPipeline;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.failure.FailureKind;
import sg.aiverify.worker.stage.Stage;

@Timeout(60)
class StageLimitsTest {
    private static final Map<Stage, String> VARIABLES = Map.of(
            Stage.DOWNLOAD, "TEWORKER_DOWNLOAD_TIMEOUT_SECONDS",
            Stage.PIPELINE_BUILD, "TEWORKER_BUILD_TIMEOUT_SECONDS",
            Stage.PIPELINE_EXECUTE, "TEWORKER_TASK_TIMEOUT_SECONDS",
            Stage.UPLOAD, "TEWORKER_UPLOAD_TIMEOUT_SECONDS");

    @TempDir
    Path directory;

    /** All runs at the same time, since the shortest possible limit is a second. */
    @Test
    void downloadBuildAlgorithmAndUploadAreEachStoppedAtTheirLimit() throws Exception {
        Map<Stage, FutureTask<ScriptedPipeline>> runs = new LinkedHashMap<>();
        VARIABLES.forEach((stage, variable) -> {
            FutureTask<ScriptedPipeline> run = new FutureTask<>(() -> stopped(stage, variable));
            runs.put(stage, run);
            new Thread(run).start();
        });

        for (Map.Entry<Stage, FutureTask<ScriptedPipeline>> run : runs.entrySet()) {
            Stage stage = run.getKey();
            assertThat(run.getValue().get().errors)
                    .as("%s", stage)
                    .singleElement()
                    .satisfies(reported -> {
                        assertThat(reported.failure().kind()).isEqualTo(FailureKind.TIMED_OUT);
                        assertThat(reported.failure().text())
                                .isEqualTo(stage.wireName()
                                        + ": took longer than 1 seconds and was stopped; the limit is "
                                        + VARIABLES.get(stage));
                    });
        }
    }

    /** Runs a task whose stage never ends, with a limit for this stage only. */
    private ScriptedPipeline stopped(Stage stage, String variable) throws InterruptedException {
        ScriptedPipeline scripted = new ScriptedPipeline();
        scripted.at(stage, run -> new CountDownLatch(1).await());
        try (Worker worker = scripted.worker(directory.resolve(variable).resolve("data"), Map.of(variable, "1"))
                .build()) {
            assertThat(worker.run(scripted.task("{}"))).isInstanceOf(Outcome.Failed.class);
        }
        return scripted;
    }
}
