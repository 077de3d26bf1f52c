package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sg.aiverify.worker.ScriptedPipeline;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.failure.FailureKind;
import sg.aiverify.worker.pipeline.Stage;

@Timeout(60)
class StageLimitsTest {
    @TempDir
    Path directory;

    private final ScriptedPipeline scripted = new ScriptedPipeline();

    @ParameterizedTest
    @CsvSource({
        "DOWNLOAD, TEWORKER_DOWNLOAD_TIMEOUT_SECONDS",
        "PIPELINE_BUILD, TEWORKER_BUILD_TIMEOUT_SECONDS",
        "PIPELINE_EXECUTE, TEWORKER_TASK_TIMEOUT_SECONDS",
        "UPLOAD, TEWORKER_UPLOAD_TIMEOUT_SECONDS",
    })
    void downloadBuildAlgorithmAndUploadAreEachStoppedAtALimitOfTheirOwn(Stage stage, String variable)
            throws InterruptedException {
        scripted.at(stage, run -> new CountDownLatch(1).await());
        try (Worker worker = scripted.worker(directory, Map.of(variable, "1")).build()) {
            Outcome outcome = worker.run(scripted.task("{}"));

            assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        }
        assertThat(scripted.errors).singleElement().satisfies(told -> {
            assertThat(told.failure().kind()).isEqualTo(FailureKind.TIMED_OUT);
            assertThat(told.failure().text())
                    .isEqualTo(stage.wireName() + ": took longer than 1 seconds and was stopped; the limit is "
                            + variable);
        });
    }
}
